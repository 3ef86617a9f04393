/// The sandbox's side of a conversation: plain rules, so that the same words always get the same answer.
struct KimiAssistant {
    private let said: String
    private let earlier: [String]
    private let name: String
    private let isPortuguese: Bool
    private let toolResult: String?

    init(_ prompt: KimiPrompt) {
        let people = prompt.personTexts
        said = people.last ?? ""
        earlier = people.dropLast()
        name = Self.name(in: prompt.system)
        isPortuguese = Self.isPortuguese(said)
        toolResult = prompt.toolResult
    }

    var answer: String {
        if let toolResult {
            let words = toolResult.prefix(1_000)
            return text("Done. The tool says: \(words)", "Pronto. A ferramenta diz: \(words)")
        }
        if let result = arithmetic { return text("That makes \(result).", "O resultado é \(result).") }
        let lowered = said.lowercased()
        if lowered.contains("my name") && lowered.contains("what")
            || lowered.contains("meu nome") && lowered.contains("qual")
        {
            return rememberedName.map { text("Your name is \($0).", "Seu nome é \($0).") }
                ?? text("You haven't told me your name yet.", "Você ainda não me disse seu nome.")
        }
        if Self.greetings.contains(where: lowered.hasPrefix) {
            return text(
                "Hello! I'm \(name), your own agent. I answer from the sandbox for now. What can I do for you?",
                "Olá! Sou \(name), seu próprio agente. Por enquanto respondo a partir do sandbox. Em que posso ajudar?")
        }
        let topic = said.split(separator: "\n").first.map(String.init) ?? said
        return text(
            "You said: “\(topic.prefix(200))”. Here in the sandbox I can greet you, do sums and remember your name; "
                + "with a model key I'd take it from here.",
            "Você disse: “\(topic.prefix(200))”. Aqui no sandbox sei cumprimentar, fazer contas e lembrar seu nome; "
                + "com uma chave de modelo eu continuaria daqui.")
    }

    private func text(_ english: String, _ portuguese: String) -> String {
        isPortuguese ? portuguese : english
    }

    private static let greetings = [
        "hello", "hi ", "hi!", "hi,", "hey", "good morning", "good evening", "olá", "ola", "oi", "bom dia", "boa",
    ]

    /// The first sum of two whole numbers in what was said.
    private var arithmetic: Int? {
        let spaced = said.map { "+-*×/".contains($0) ? " \($0) " : String($0) }.joined()
        let words = spaced.split { $0 == " " || $0 == "?" || $0 == "!" || $0 == "=" || $0 == "\n" }
        for (index, word) in words.enumerated() where index > 0 && index + 1 < words.count {
            guard let left = Int(words[index - 1]), let right = Int(words[index + 1].filter { $0.isNumber }) else {
                continue
            }
            let result: (partialValue: Int, overflow: Bool)? =
                switch word {
                case "+", "plus", "mais": left.addingReportingOverflow(right)
                case "-", "minus", "menos": left.subtractingReportingOverflow(right)
                case "*", "×", "times", "vezes": left.multipliedReportingOverflow(by: right)
                case "/" where right != 0: left.dividedReportingOverflow(by: right)
                default: nil
                }
            if let result, !result.overflow { return result.partialValue }
        }
        return nil
    }

    private var rememberedName: String? {
        for text in earlier.reversed() {
            for marker in ["my name is ", "i am ", "i'm ", "me chamo ", "meu nome é "] {
                guard let range = text.lowercased().firstRange(of: marker) else { continue }
                let word = text.lowercased()[range.upperBound...].prefix { $0.isLetter }
                if !word.isEmpty { return word.prefix(1).uppercased() + word.dropFirst() }
            }
        }
        return nil
    }

    /// The agent's name, if the system prompt tells one: a line `Name: Luna`, with or without Markdown around it.
    private static func name(in system: String) -> String {
        for line in system.split(separator: "\n") {
            let plain = line.filter { !"*-#_`".contains($0) }.drop { $0 == " " }
            for marker in ["Name:", "Nome:"] where plain.hasPrefix(marker) {
                let name = plain.dropFirst(marker.count).drop { $0 == " " }
                if !name.isEmpty { return String(name.prefix(64)) }
            }
        }
        return "Kimi"
    }

    private static func isPortuguese(_ text: String) -> Bool {
        let words = Set(text.lowercased().split { !$0.isLetter }.map(String.init))
        let portuguese: Set = [
            "olá", "ola", "oi", "bom", "dia", "boa", "você", "voce", "não", "nao", "qual", "meu", "minha", "quanto", "é",
            "para",
            "obrigado", "obrigada", "preciso", "quero", "como", "está", "tudo", "bem", "mais", "vezes",
        ]
        return !words.isDisjoint(with: portuguese)
    }
}
