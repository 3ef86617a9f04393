/// The words before a name that say it is one.
struct NameVerbs: Sendable {
    /// Understood only where a name is asked for or known: "make it Orion".
    let isWeak: Bool
    /// A wish even in the form of a question: "can we call it Orion?".
    let isWish: Bool
    /// The word before must be the agent: "an agent called Rex", but not "a bakery called Rosa's".
    let needsThing: Bool

    static let things: Set<String> = [
        "agent", "assistant", "bot", "it", "one", "ai", "helper", "him", "her", "be", "butler", "secretary", "agente",
        "assistente", "robo", "secretaria", "ser",
        "asistente", "assistant", "assistenten", "you", "companion", "buddy", "get",
    ]

    /// The longest match at the beginning of the words.
    static func match(_ words: ArraySlice<String>) -> (verb: NameVerbs, count: Int)? {
        table.first { words.starts(with: $0.words) }.map { ($0.verb, $0.words.count) }
    }

    /// "Name: Sage", and "name Sage" where nothing else is said.
    static func label(in utterance: Utterance, at start: Int) -> (verb: NameVerbs, count: Int)? {
        let (raw, words) = (utterance.rawWords, utterance.words)
        guard ["name", "nome", "nombre", "nom"].contains(words[start]),
            start == 0 || !["my", "meu", "mi"].contains(words[start - 1])
        else { return nil }
        let isAlone = start == 0 && raw.count == 2 && raw[1].first?.isUppercase == true
        guard raw[start].hasSuffix(":") || isAlone else { return nil }
        return (NameVerbs(isWeak: false, isWish: false, needsThing: false), 1)
    }

    private static let table: [(words: [String], verb: NameVerbs)] = {
        let groups: [(String, NameVerbs)] = [
            (wishes, NameVerbs(isWeak: false, isWish: true, needsThing: false)),
            (tellings, NameVerbs(isWeak: false, isWish: false, needsThing: false)),
            (participles, NameVerbs(isWeak: false, isWish: false, needsThing: true)),
            (weak, NameVerbs(isWeak: true, isWish: true, needsThing: false)),
        ]
        return groups.flatMap { text, verb in
            text.split(separator: ",").map { ($0.split(whereSeparator: \.isWhitespace).map(String.init), verb) }
        }.sorted { $0.0.count > $1.0.count }
    }()

    private static let wishes = """
        call it, call him, call her, call them, call that, call this one, call the agent, call my agent, call the bot, call my bot, call your self, call the assistant,
        call my assistant, call yourself, name it, name him, name her, name them, name the agent, name my agent, name the bot, name my bot, name the assistant, rename it to,
        rename it as, rename him to, rename her to, rename the agent to, rename the bot to, rename my agent to, rename to, rename it, rename him, rename her,
        change the name to, change its name to, change his name to, change her name to, change name to, change the agents name to, change the bots name to,
        change the name of it to, change the name into, change the name from nova to, give it the name, give him the name, give her the name, switch the name to,
        set the name to, update the name to, chama lo de, chama la de, chamalhe, chamalo de, chamala de, chamalo, chamala, chame o de, chame a de, chameo de, chamea de, chame de,
        chama de, chamar de, chamarlhe, pode chamar de, chame o agente de, chamar o agente de, chama o agente de, da o nome de, de o nome de, dar o nome de, chamar ele de, chamar ela de,
        muda o nome para, mude o nome para, mudar o nome para, muda nome para, mudar nome para, trocar o nome para, troca o nome para, troque o nome para,
        altera o nome para, altere o nome para, alterar o nome para, mudar o nome pra, muda o nome pra, mude o nome pra, trocar o nome pra, troca o nome pra, troque o nome pra,
        batize de, batiza de, renomear para, renomeia para, renomeie para, llamalo, llamala, llamarlo, llamarla, llamemoslo, ponle, ponle de nombre,
        appellele, appelle le, appelez le, appelezle, appellela, appelle la, nommele, nomme le, nenn ihn, nenne ihn, nenn sie, nenne sie, nenn es, nenne es,
        nennen wir ihn, nennen wir sie, nennen wir es, chiamalo, chiamala, chiamiamolo
        """
    private static let tellings = """
        its name is, its name should be, its name will be, the name is, the name should be, the name will be, the name shall be, the name would be, his name is, her name is,
        his name should be, her name should be, his name will be, her name will be, name should be, name will be, name shall be, agent name is, agents name is, bots name is, bot name is,
        agent is called, agent is named, its called, its going to be called, should be called, shall be called, will be called, should be named, will be named, go by, goes by, going by,
        answer to, answers to, by the name of, by the name, with the name, under the name, goes by the name of, the name of the agent is, name of the agent is, for a name i want,
        name i want is, name id like is, agent name, bot name, name equals, listens to,
        nome dele e, nome dela e, o nome e, o nome vai ser, o nome sera, o nome deve ser, o nome agora e, o nome do agente e, nome do agente, com o nome de, com o nome, de nome,
        o nome fica, chamase, que chamasse, se chamasse, que se chamasse, vai chamarse, vai se chamar, deve se chamar, deve chamarse, pode se chamar, se chamara, que se chame, que se chama, se chame, chamado de, chamada de,
        con el nombre, el nombre es, el nombre sera, que se llame, se llamara, son nom est, il sappelle, elle sappelle, sein name ist, der name ist, heisst, soll heissen, namens,
        il nome e, si chiama
        """
    private static let participles = "called, named, chamado, chamada, llamado, llamada, appele, nomme, chiamato"
    private static let weak = """
        make it, make that, change it to, change that to, change to, it should be, should be, should have been, it was supposed to be, i meant, i mean, i said, it must be, it is spelled, its spelled,
        spelled, spelt, written, actually, instead it should be, lets go with, go with, lets use, use, switch to, switch it to, rather have, prefer, would prefer, id prefer, i prefer, como em,
        muda para, mude para, muda pra, troca para, troca pra, troque para, troque por, troca por, deveria ser, devia ser, era para ser, era pra ser, quis dizer, eu quis dizer, na verdade, prefiro, escrevese,
        se escreve
        """
}
