/// Takes away what politeness and hesitation put around an answer.
enum Trimming {
    /// - Parameter words: folded, none empty.
    static func core(_ words: [String]) -> [String] {
        Array(words[range(words)])
    }

    /// Where the answer stands in the words; empty if there is nothing but politeness.
    static func range(_ words: [String]) -> Range<Int> {
        var range = 0..<words.count
        var changed = true
        var rounds = 0
        // Nobody puts more around an answer; without a bound, a message of nothing else would take seconds.
        while changed, !range.isEmpty, rounds < 20 {
            changed = false
            rounds += 1
            if let count = length(of: openings, in: words[range], fromEnd: false) {
                range = (range.lowerBound + count)..<range.upperBound
                changed = true
            }
            if let count = length(of: closings, in: words[range], fromEnd: true) {
                range = range.lowerBound..<(range.upperBound - count)
                changed = true
            }
        }
        return range
    }

    private static func length(of phrases: [[String]], in words: ArraySlice<String>, fromEnd: Bool) -> Int? {
        phrases.first { phrase in
            guard phrase.count <= words.count else { return false }
            return fromEnd ? words.suffix(phrase.count).elementsEqual(phrase) : words.starts(with: phrase)
        }?.count
    }

    private static func phrases(_ text: String) -> [[String]] {
        text.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
            .sorted { $0.count > $1.count }
    }

    private static let openings = phrases(
        """
        um, umm, uh, uhm, er, erm, hmm, hm, mm, oh, ah, ok, okay, so, well, right, alright, all right, sure, yes, yeah, yep, yup,
        no, nope, lets see, let me see, let me think, i think, i guess, i suppose, i believe, maybe, perhaps, probably, lets say,
        lets go with, lets go for, lets have, lets use, lets do, lets take, lets try, lets pick, lets, go with, ill go with,
        im going with, i would go with, id go with, ill take, ill have, i will take, take, i take, i would like, i would love,
        id like, id love, i like, i love, i want, we want, we would like, i choose, i pick, i prefer, id prefer, i would prefer,
        i would rather, rather, how about, what about, could be, it could be, could it be, can it be, it can be, it should be,
        should be, let it be, make it, please, just, simply, something like, actually, then, and, but, its, it is, thats, that is,
        i was thinking, thinking of, i was thinking of, i meant, i mean, sorry, wait, hey, hi, hello, my choice is, great, cool,
        good, fine, perfect, the name, name, for the name, as a name, you can use, use, give it the name, i have decided on, i decided on,
        bom, bem, entao, tipo, ah sim, sim, nao, acho que, eu acho que, acho, talvez, quem sabe, pode ser, podia ser, poderia ser,
        que tal, quero, eu quero, queria, eu queria, gostaria de, gosto de, prefiro, eu prefiro, escolho, vou de, vamos de, fica, fico com,
        vai ser, sera, o nome, nome, um nome como, ola, oi, na verdade, alias, desculpe, desculpa, olha, ok entao, por favor,
        bueno, pues, quiero, me gusta, prefiero, quizas, tal vez, si, oui, je veux, je voudrais, jaimerais, peut etre, alors,
        ja, ich mochte, ich will, vielleicht, gerne, also, bitte, voglio, vorrei, forse, si certo
        """)
    private static let closings = phrases(
        """
        is fine, is good, is great, is perfect, is nice, is lovely, is ok, is okay, is cool, is cute, is alright, is best, is better,
        will be fine, would be fine, sounds good, sounds great, sounds nice, sounds fine, sounds right, sounds lovely, sounds perfect, sounds cute,
        works, works for me, works fine, will do, will work, would be nice, would be great, would be good, would be lovely,
        would be perfect, would be cool, would work, please, pls, plz, thanks, thank you, thanks a lot, thank you very much, ty, then, i guess, i think, i suppose, i believe,
        or whatever, or something, or something like that, or so, for me, it is, it is then, lol, haha, hehe, if possible, if thats ok, if thats okay,
        if you dont mind, for now, maybe, perhaps, probably, is a good name, is a nice name, is a great name, is a lovely name,
        seems fine, seems good, seems nice, seems right, looks good, looks nice, period, full stop, exclamation mark, its cute, i like that one, i like it,
        i love it, i like that, you know, actually, instead, i would say, id say, if i have to choose, if i must, why not, has a nice ring to it,
        has a nice ring, suits it, fits, fits well, is what i want, is my favourite, is my favorite, as the name, as a name, as name, for a name, for the name, for its name,
        from now on, to be clear, exactly, for sure, okay, ok, right, cheers, sir, mate,
        por favor, obrigado, obrigada, esta bom, esta otimo, ta bom, ta otimo, esta bem, e bom, e otimo, e legal, e bonito, e perfeito, e melhor,
        fica bom, fica otimo, fica bem, fica legal, pode ser, serve, parece bom, parece otimo, entao, acho, eu acho, acho eu, seria bom, seria otimo,
        seria legal, e um bom nome, e um nome bonito, ponto, mesmo, ta, ne, valeu, gracias, esta bien, me gusta, merci, cest bien,
        sil vous plait, danke, ist gut, bitte, per favore, grazie, va bene
        """)
}
