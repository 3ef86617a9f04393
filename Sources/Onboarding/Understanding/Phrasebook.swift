import Core

/// The words and phrases that are understood, in both languages, folded as in ``Utterance``.
enum Phrasebook {
    static let yes: Set<String> = [
        "yes", "yeah", "yep", "yup", "sure", "ok", "okay", "fine", "good", "great", "perfect", "of course", "sounds good",
        "yes please", "go ahead", "lets go", "do it", "agreed", "right", "correct", "sim", "claro", "pode ser", "esta bem",
        "ta bom", "tudo bem", "certo", "perfeito", "combinado", "vamos", "bora", "isso", "sim por favor", "com certeza",
        "otimo", "optimo", "boa",
    ]
    static let no: Set<String> = [
        "no", "nope", "nah", "no thanks", "not really", "no thank you", "dont like it", "nao", "nao obrigado",
        "nao obrigada",
        "nem por isso", "nao gosto",
    ]
    static let acknowledgements: Set<String> = [
        "done", "ok", "okay", "ready", "finished", "i did", "did it", "i have", "its done", "ok done", "yes done",
        "confirmed",
        "i pressed start", "linked", "connected", "feito", "pronto", "ja esta", "ja fiz", "ja", "esta feito", "concluido",
        "confirmado", "ok feito", "terminei", "next", "continue", "continuar", "seguinte", "proximo", "sim", "yes",
    ]
    static let undecided: Set<String> = [
        "i dont know", "dont know", "no idea", "you choose", "you decide", "you pick", "surprise me", "any", "anything",
        "whatever", "not sure", "im not sure", "idk", "the recommended one", "recommended", "what do you recommend",
        "which do you recommend", "nao sei", "tanto faz", "escolhe tu", "escolha", "escolha voce", "decide tu", "decida",
        "qualquer um", "qualquer uma", "qualquer", "sem ideia", "nao faco ideia", "o recomendado", "recomendado",
        "o que recomenda", "qual recomenda", "surpreendeme", "pode escolher", "escolhe",
    ]
    static let others: Set<String> = [
        "another", "another one", "others", "other names", "more names", "more", "different names", "suggest more",
        "other suggestions", "more suggestions", "something else", "outro", "outros", "outros nomes", "mais nomes", "mais",
        "outra", "outras sugestoes", "mais sugestoes",
    ]
    static let withoutTelegram = [
        "i dont have telegram", "i have no telegram", "no telegram", "dont have telegram", "what is telegram",
        "whats telegram",
        "i dont use telegram", "why telegram", "can i use whatsapp", "whatsapp", "without telegram", "skip", "later",
        "nao tenho telegram", "nao tenho o telegram", "sem telegram", "o que e o telegram", "o que e telegram",
        "nao uso telegram", "nao uso o telegram", "porque telegram", "por que telegram", "porque o telegram", "saltar",
        "pular", "mais tarde", "depois",
    ]
    static let paid = [
        "i paid", "i have paid", "ive paid", "paid", "payment done", "i just paid", "already paid", "ja paguei", "paguei",
        "esta pago", "pagamento feito",
    ]
    static let questionWords: Set<String> = [
        "what", "whats", "which", "why", "how", "who", "when", "where", "can", "does", "is", "are", "do", "difference",
        "compare",
        "qual", "quais", "que", "porque", "como", "quem", "quando", "onde", "pode", "diferenca", "comparar", "compare",
    ]

    static let nameOpenings = [
        "lets call it", "lets call him", "lets call her", "call it", "call him", "call her", "call", "name it", "name him",
        "name her", "its name is", "the name is", "his name is", "her name is", "its called", "how about", "what about",
        "i would like", "id like", "i like", "i want", "maybe", "let it be", "chamase", "vai chamarse", "o nome e",
        "o nome dele e", "o nome dela e", "nome", "chamalhe", "chame de", "chama de", "pode ser", "talvez", "quero",
        "gosto de",
        "que tal",
    ]
    static let renameOpenings = [
        "change the name to", "change its name to", "change his name to", "change her name to", "change name to",
        "rename it to",
        "rename to", "rename it", "rename", "call it", "change the agents name to", "name it", "actually call it",
        "muda o nome para", "mude o nome para", "mudar o nome para", "muda nome para", "mudar nome para",
        "trocar o nome para",
        "troca o nome para", "altera o nome para", "altere o nome para", "alterar o nome para", "chamalhe", "chame de",
        "o nome agora e",
    ]
    static let rename: Set<String> = [
        "change the name", "change name", "change its name", "rename", "rename it", "another name", "a different name",
        "different name", "i want another name", "i want a different name", "new name", "mudar o nome", "mudar nome",
        "muda o nome", "trocar o nome", "alterar o nome", "outro nome", "quero outro nome", "quero mudar o nome",
    ]

    struct LanguageMarks: Sendable {
        /// One of them is enough.
        let strong: Set<String>
        let weak: Set<String>
    }

    static let englishMarks = LanguageMarks(
        strong: ["hello", "please", "thanks", "want", "need", "would", "could", "should", "the", "what", "english", "help"],
        weak: [
            "i", "my", "with", "and", "for", "to", "it", "is", "you", "of", "in", "on", "like", "have", "yes", "every",
            "day",
        ])
    static let portugueseMarks = LanguageMarks(
        strong: [
            "ola", "oi", "obrigado", "obrigada", "voce", "nao", "quero", "preciso", "gostaria", "ajuda", "ajudar", "minha",
            "portugues", "sim", "quanto", "qual", "tambem",
        ],
        weak: [
            "um", "uma", "com", "para", "meu", "meus", "minhas", "que", "por", "favor", "os", "em", "na", "trabalho", "dia",
        ])
}
