import Core

/// The words and phrases that are understood, in both languages, folded as in ``Folding``.
enum Phrasebook {
    static let yes: Set<String> = [
        "yes", "yeah", "yep", "yup", "ya", "yea", "sure", "ok", "okay", "fine", "good", "great", "perfect", "of course",
        "sounds good", "sounds great",
        "yes please", "please do", "please", "go ahead", "lets go", "do it", "agreed", "right", "correct", "exactly",
        "absolutely", "definitely", "why not", "thats right", "that is right",
        "thats correct", "thats it", "thats the one", "i do", "i would", "works", "deal", "cool", "nice", "awesome",
        "all right", "alright", "that one", "this one", "confirm", "confirmed", "yes switch", "switch", "take it",
        "ill take it",
        "i take it", "yes ill take it", "go for it", "that works", "works for me", "thats fine", "thats good",
        "that is fine", "it is", "y", "k", "yes it is", "indeed", "by all means", "looks good", "sounds fine", "good idea",
        "yes do it", "yes do that", "yes thats right",
        "sim", "claro", "pode ser", "esta bem", "ta bom", "tudo bem", "certo", "perfeito", "combinado", "vamos", "bora",
        "isso", "isso mesmo", "sim por favor", "com certeza", "pode", "pode sim",
        "otimo", "optimo", "boa", "exato", "exatamente", "correto", "fechado", "beleza", "quero", "quero sim", "sim quero",
        "esse mesmo", "esse", "esta certo", "ta certo", "fico com esse", "confirmo", "si", "vale", "claro que si", "oui",
        "ja", "bien sur", "naturlich", "certo",
    ]
    static let no: Set<String> = [
        "no", "nope", "nah", "no thanks", "not really", "no thank you", "dont like it", "dont", "rather not",
        "id rather not", "not that", "not that one", "no way", "never", "i dont want that", "keep it", "wrong", "no keep it",
        "leave it", "i dont", "no dont", "n", "no leave it",
        "nao", "nao obrigado", "nao quero", "nao quero esse", "esse nao", "deixa", "deixa assim", "melhor nao",
        "de jeito nenhum", "nunca", "errado",
        "nao obrigada", "nem por isso", "nao gosto", "non", "nein",
    ]
    static let acknowledgements: Set<String> = [
        "done", "ok", "okay", "ready", "finished", "i did", "did it", "i have", "its done", "ok done", "yes done",
        "confirmed",
        "i pressed start", "linked", "connected", "feito", "pronto", "ja esta", "ja fiz", "ja", "esta feito", "concluido",
        "confirmado", "ok feito", "terminei", "next", "continue", "continuar", "seguinte", "proximo", "sim", "yes",
        "i understand", "understood", "got it", "i see", "alright", "entendi", "certo", "ta",
    ]
    static let undecided: Set<String> = [
        "i dont know", "dont know", "no idea", "you choose", "you decide", "you pick", "surprise me", "any", "anything",
        "anything you like", "any name", "any is fine", "any of them", "either", "either is fine",
        "whatever", "whatever you like", "whatever you want", "not sure", "im not sure", "idk", "the recommended one",
        "recommended", "what do you recommend", "i dont care", "dont care", "i really dont care", "doesnt matter",
        "it doesnt matter", "dont mind", "i dont mind", "no preference", "up to you", "its up to you", "your choice",
        "you name it",
        "which do you recommend", "choose for me", "pick one", "pick one for me", "choose one", "just pick one",
        "you tell me", "random", "a random one", "hard to say", "difficult to say", "no clue", "im not sure yet",
        "not sure yet", "i have no idea", "idc", "as you like", "i dont have one", "none", "no name", "nothing special",
        "nao sei", "tanto faz", "escolhe tu", "escolha", "escolha voce", "voce escolhe", "voce decide", "decide tu",
        "decida", "nao me importo", "nao importa", "nao tenho preferencia", "sem preferencia",
        "qualquer um", "qualquer uma", "qualquer", "qualquer nome", "sem ideia", "nao faco ideia", "nao tenho ideia",
        "o recomendado", "recomendado", "escolhe um", "escolha um", "escolha por mim", "escolhe voce", "sei la",
        "voce que sabe", "ainda nao sei",
        "o que recomenda", "qual recomenda", "surpreendeme", "me surpreenda", "pode escolher", "escolhe", "no se",
        "me da igual", "je ne sais pas", "keine ahnung", "egal", "non lo so",
    ]
    /// Anywhere in a short message.
    static let undecidedPhrases = [
        "dont care", "care less", "dont really care", "dont mind", "you choose", "you pick", "you decide", "up to you",
        "surprise me",
        "pick one for me", "choose for me", "choose one for me", "whatever you", "no preference", "pick something",
        "pick a name", "choose a name", "what would you recommend", "what do you recommend", "which would you recommend",
        "what do you suggest", "your pick", "your choice",
        "tanto faz", "voce escolhe", "escolha voce", "voce decide", "pode escolher", "escolhe voce", "escolha um",
        "me surpreenda", "o que voce recomenda", "qual voce recomenda", "o que recomenda", "nao me importa",
        "escolha por mim",
    ]
    static let others: Set<String> = [
        "another", "another one", "others", "other names", "more names", "more", "different names", "suggest more",
        "other options", "more options", "other ideas", "more ideas", "none of these", "none of those", "none of them",
        "i dont like any of them", "i dont like these", "any other ideas",
        "other suggestions", "more suggestions", "something else", "outro", "outros", "outros nomes", "mais nomes", "mais",
        "mais opcoes", "outras opcoes", "nenhum desses", "nenhum deles", "outras ideias",
        "outra", "outras sugestoes", "mais sugestoes",
    ]
    static let withoutTelegram = [
        "i dont have telegram", "i have no telegram", "no telegram", "dont have telegram", "what is telegram",
        "i havent got telegram", "i dont have a telegram", "i dont have it", "i never used telegram", "i dont know telegram",
        "i do not have telegram",
        "whats telegram", "i dont use telegram", "why telegram", "can i use whatsapp", "whatsapp", "without telegram",
        "skip", "later",
        "nao tenho telegram", "nao tenho o telegram", "sem telegram", "o que e o telegram", "o que e telegram",
        "nao tenho conta no telegram", "nunca usei telegram", "nunca usei o telegram",
        "nao uso telegram", "nao uso o telegram", "porque telegram", "por que telegram", "porque o telegram", "saltar",
        "pular", "mais tarde", "depois",
    ]
    static let paid = [
        "i paid", "i have paid", "ive paid", "paid", "payment done", "i just paid", "already paid", "ja paguei", "paguei",
        "i already paid",
        "esta pago", "pagamento feito",
    ]
    static let questionOpenings = [
        "what", "whats", "which", "why", "how much", "how many", "how long", "how do", "how does", "how can", "how is",
        "how are", "how will", "how fast", "how safe", "how", "who", "whos", "when", "where", "wheres", "can i", "can it",
        "can you", "can we", "can my", "can the", "can they", "could i", "could it", "could you", "could we",
        "does", "do you", "do i", "do they", "do we", "did you", "is it", "is there", "is this", "is that", "is my",
        "is the", "is telegram", "is whatsapp", "are there", "are you", "are the", "are my", "will it", "will i", "will you",
        "will my", "would it", "would you", "should i", "may i", "have you", "has it", "am i", "any chance", "any discount",
        "difference", "compare",
        "qual", "quais", "quanto", "quantos", "quantas", "como", "quem", "quando", "onde", "o que", "oque", "por que",
        "porque o", "posso", "pode ele", "ele pode", "ele consegue", "da para", "da pra", "tem como", "tem teste",
        "tem desconto", "tem um", "tem uma", "tem algum", "tem alguma", "tem versao", "tem plano", "e possivel", "e seguro",
        "e gratis", "e dificil", "existe", "ha ", "voces", "sera que", "funciona no", "funciona com", "funciona em", "e se",
        "preciso de cartao", "aceita", "aceitam",
        "cuanto", "como", "donde", "puedo", "puede", "hay", "que es", "combien", "comment", "est ce que", "ou sont", "wie",
        "was", "wo", "kann", "gibt es", "quanto", "dove",
    ]
    static let questionPhrases = [
        "i wonder", "wondering if", "wondering whether", "wondering how", "tell me about", "tell me more", "tell me how",
        "tell me what", "id like to know", "i would like to know", "want to know", "need to know", "wanted to ask",
        "want to ask", "question about", "i have a question", "explain to me", "explain how", "show me the plans",
        "i want to talk to", "i want to speak", "id like to talk to", "id like to speak", "let me talk to", "let me speak",
        "talk to a human", "talk to a person", "speak to a human", "speak to a person", "get me a human", "i need a human",
        "i want a human", "i want a person", "connect me to", "i want a refund", "i want my money back",
        "queria saber", "gostaria de saber", "quero saber", "preciso saber", "me diz", "me diga", "me explica",
        "me explique", "uma duvida", "tenho uma duvida", "tenho uma pergunta", "me fala sobre", "me fale sobre",
        "quero falar com", "falar com uma pessoa", "falar com um humano", "falar com alguem", "falar com um atendente",
        "quero um reembolso", "nao entendi como",
    ]
}
