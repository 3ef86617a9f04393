import Core

extension Phrasebook {
    struct IntentEntry: Sendable {
        let intent: Utterance.Intent
        /// The whole utterance.
        let phrases: Set<String>
        /// The beginning of a short utterance.
        let openings: [String]

        init(_ intent: Utterance.Intent, _ phrases: Set<String>, openings: [String] = []) {
            self.intent = intent
            self.phrases = phrases
            self.openings = openings
        }
    }

    static let intents: [IntentEntry] = [
        IntentEntry(
            .speak(.english), ["english", "in english", "in english please", "em ingles", "ingles", "english please"],
            openings: ["speak english", "can we speak english", "can you speak english", "switch to english"]),
        IntentEntry(
            .speak(.portuguese),
            ["portugues", "em portugues", "portuguese", "in portuguese", "em portugues por favor", "portugues por favor"],
            openings: [
                "fala portugues", "falas portugues", "pode falar portugues", "podes falar portugues",
                "do you speak portuguese",
                "can you speak portuguese", "speak portuguese",
            ]),
        IntentEntry(
            .help,
            [
                "help", "help me", "i need help", "please help", "what can i say", "what can i do", "what now", "im lost",
                "i dont understand", "how does this work", "how does it work", "ajuda", "ajudame", "preciso de ajuda",
                "socorro",
                "como funciona", "como funciona isto", "o que posso dizer", "nao percebo", "nao entendo", "nao entendi",
                "e agora",
            ]),
        IntentEntry(
            .back,
            [
                "back", "go back", "previous", "undo", "step back", "one step back", "voltar", "volta", "voltar atras",
                "atras",
                "anterior", "desfazer",
            ]),
        IntentEntry(
            .startOver,
            [
                "start over", "restart", "begin again", "start again", "reset", "from the beginning", "from the start",
                "recomecar", "comecar de novo", "do inicio", "reiniciar", "voltar ao inicio", "comecar outra vez",
            ],
            openings: [
                "lets start over", "i want to start over", "can we start over", "quero recomecar", "quero comecar de novo",
            ]),
        IntentEntry(
            .changePlan,
            ["another plan", "different plan", "other plan", "outro plano", "upgrade", "downgrade"],
            openings: [
                "change plan", "change the plan", "change my plan", "switch plan", "switch plans", "switch the plan",
                "change to the", "switch to the", "switch to", "i want another plan", "i want a different plan",
                "mudar de plano",
                "mudar o plano", "mudar para o", "trocar de plano", "trocar o plano", "trocar para o", "quero outro plano",
                "muda o plano", "muda para o", "mude o plano",
            ]),
        IntentEntry(
            .changePurpose,
            [
                "change the purpose", "change purpose", "change what it does", "another purpose", "mudar o objetivo",
                "mudar o objectivo", "mudar a finalidade",
            ]),
        IntentEntry(
            .cost,
            [
                "how much", "price", "prices", "pricing", "cost", "costs", "plans", "the plans", "preco", "precos", "planos",
                "custo", "custos", "quanto",
            ],
            openings: [
                "what does it cost", "what does this cost", "what will it cost", "what would it cost", "how much does",
                "how much is",
                "how much will", "how much do you", "what is the price", "whats the price", "what are the prices",
                "what are the plans", "what plans", "which plans", "show me the plans", "is it free", "is this free",
                "quanto custa", "quanto e que custa", "quanto vai custar", "quanto e", "quanto pago", "qual o preco",
                "qual e o preco", "quais os precos", "quais sao os precos", "quais sao os planos", "quais os planos",
                "que planos",
                "e gratis", "e gratuito", "isto e gratis",
            ]),
        IntentEntry(
            .whichPlan, ["my plan", "plan", "plano", "o meu plano", "meu plano"],
            openings: [
                "what plan", "which plan do i have", "which plan did i", "which plan is", "what is my plan", "whats my plan",
                "que plano", "qual plano escolhi", "qual e o meu plano", "qual o meu plano", "qual meu plano",
            ]),
        IntentEntry(
            .status, ["status", "estado", "progress", "progresso"],
            openings: [
                "is it ready", "are we done", "is it running", "is it done", "how long", "whats happening",
                "what is happening",
                "is my agent", "ja esta pronto", "esta pronto", "quanto tempo", "demora muito", "esta a funcionar",
                "esta funcionando", "o que se passa",
            ]),
        IntentEntry(
            .link, ["link", "the link", "o link", "send link"],
            openings: [
                "where is my bot", "where is my agent", "where is the link", "wheres the link", "send me the link",
                "send the link", "give me the link", "show me the link", "where do i find", "onde esta o link",
                "onde esta o bot",
                "onde esta o meu agente", "manda o link", "mande o link", "envia o link", "envie o link",
            ]),
        IntentEntry(
            .usage, ["usage", "tokens", "quota", "uso", "consumo"],
            openings: [
                "how many tokens", "how much have i used", "how much did i use", "what is a token", "what are tokens",
                "quantos tokens", "quanto usei", "quanto gastei", "o que e um token", "o que sao tokens",
            ]),
        IntentEntry(
            .cancel, ["cancel", "refund", "unsubscribe", "cancelar", "reembolso"],
            openings: [
                "cancel my", "cancel the", "i want to cancel", "can i cancel", "how do i cancel", "how can i cancel",
                "i want a refund", "can i get a refund", "quero cancelar", "posso cancelar", "como cancelo",
                "como posso cancelar",
                "quero um reembolso",
            ]),
        IntentEntry(
            .privacy, ["privacy", "privacidade", "security", "seguranca"],
            openings: [
                "is it safe", "is this safe", "is it secure", "is it private", "who can read", "who reads", "do you read",
                "what do you store", "what happens to my data", "e seguro", "isto e seguro", "e privado", "quem le",
                "quem pode ler",
                "o que guardam", "os meus dados", "o que acontece aos meus dados", "o que acontece com os meus dados",
            ]),
        IntentEntry(
            .who, ["what is this", "what is it", "o que e isto", "o que e isso", "o que e"],
            openings: [
                "who are you", "what are you", "are you a bot", "are you human", "are you a human", "are you real",
                "are you an ai",
                "what is openclaw", "whats openclaw", "quem es", "quem e voce", "quem e", "es um robo", "voce e um robo",
                "o que e openclaw", "o que e o openclaw",
            ]),
        IntentEntry(
            .support, ["support", "contact", "human", "suporte", "contacto", "contato"],
            openings: [
                "talk to a human", "can i talk to", "i want to talk to", "contact support", "falar com uma pessoa",
                "quero falar com", "posso falar com", "falar com o suporte",
            ]),
        IntentEntry(
            .thanks,
            [
                "thanks", "thank you", "thanks a lot", "thank you very much", "obrigado", "obrigada", "muito obrigado",
                "muito obrigada",
            ]),
        IntentEntry(
            .greeting,
            [
                "hi", "hello", "hey", "hi there", "hello there", "good morning", "good evening", "good afternoon", "ola",
                "oi",
                "bom dia", "boa tarde", "boa noite", "ola bom dia", "oi tudo bem", "ola tudo bem",
            ]),
    ]
}
