extension Phrasebook {
    struct CommandEntry: Sendable {
        let command: Command
        /// The whole utterance.
        let phrases: Set<String>
        /// The beginning of a short utterance.
        let openings: [String]

        init(_ command: Command, _ phrases: Set<String>, openings: [String] = []) {
            self.command = command
            self.phrases = phrases
            self.openings = openings
        }
    }

    static let commands: [CommandEntry] = [
        CommandEntry(
            .help,
            [
                "help", "help me", "i need help", "please help", "what can i say", "what can i do", "what now", "im lost",
                "i dont understand", "i dont get it", "help please", "im confused",
                "ajuda", "ajudame", "preciso de ajuda", "socorro", "o que posso dizer", "nao percebo", "nao entendo",
                "nao entendi", "me ajuda", "estou perdido", "estou perdida",
            ]),
        CommandEntry(
            .back,
            [
                "back", "go back", "previous", "undo", "step back", "one step back", "voltar", "volta", "voltar atras",
                "atras",
                "anterior", "desfazer",
            ]),
        CommandEntry(
            .startOver,
            [
                "start over", "restart", "begin again", "start again", "reset", "from the beginning", "from the start",
                "start from scratch", "start fresh", "lets start over", "can we start over", "i want to start over",
                "new start", "scratch that start over", "begin from the beginning",
                "recomecar", "comecar de novo", "do inicio", "reiniciar", "voltar ao inicio", "comecar outra vez",
                "comecar do zero", "do zero",
            ],
            openings: [
                "lets start over", "i want to start over", "can we start over", "could we start over",
                "id like to start over", "lets start again", "lets begin again", "i want to start again", "quero recomecar",
                "quero comecar de novo", "vamos recomecar", "vamos comecar de novo",
            ]),
        CommandEntry(
            .deleteEverything,
            [
                "delete everything", "delete my data", "delete all", "delete all my data", "erase everything", "forget me",
                "forget everything", "erase my data", "remove my data", "delete this conversation", "delete this chat",
                "delete my account", "wipe everything",
                "apagar tudo", "apague tudo", "apaga tudo", "excluir tudo", "apagar meus dados", "apague meus dados",
                "apagar os meus dados", "excluir meus dados", "apagar minha conta", "esqueca tudo",
            ],
            openings: [
                "please delete everything", "i want you to delete", "delete everything", "quero apagar tudo",
                "please delete my data", "quero que apague", "pode apagar tudo",
            ]),
        CommandEntry(
            .changePlan,
            [
                "another plan", "different plan", "other plan", "outro plano", "change plan", "change the plan",
                "change my plan", "switch plan", "switch plans", "switch the plan", "mudar de plano", "mudar o plano",
                "trocar de plano", "trocar o plano", "quero outro plano", "upgrade", "downgrade", "a different plan",
            ],
            openings: [
                "i want another plan", "i want a different plan", "id like another plan", "id like a different plan",
                "i want to change the plan", "i want to change my plan", "quero mudar de plano", "quero mudar o plano",
                "quero trocar de plano",
            ]),
        CommandEntry(
            .changeName,
            [
                "change the name", "change name", "change its name", "rename", "rename it", "another name",
                "a different name", "i want to change the name", "can i change the name", "can we change the name",
                "different name", "i want another name", "i want a different name", "new name", "mudar o nome", "mudar nome",
                "muda o nome", "trocar o nome", "alterar o nome", "outro nome", "quero outro nome", "quero mudar o nome",
            ]),
        CommandEntry(
            .changePurpose,
            [
                "change the purpose", "change purpose", "change what it does", "another purpose", "change what it should do",
                "i want to change the purpose", "mudar o objetivo",
                "mudar o objectivo", "mudar a finalidade", "mudar o que ele faz", "mudar a tarefa",
            ]),
        CommandEntry(
            .whichPlan, ["my plan", "plan", "plano", "o meu plano", "meu plano"],
            openings: [
                "what plan do i have", "which plan do i have", "which plan did i", "what plan did i", "which plan is mine",
                "what is my plan", "whats my plan", "what plan have i",
                "que plano escolhi", "qual plano escolhi", "qual e o meu plano", "qual o meu plano", "qual meu plano",
                "qual e meu plano",
            ]),
        CommandEntry(
            .status, ["status", "estado", "progress", "progresso", "where are we", "how far are we"],
            openings: [
                "is it ready", "are we done", "is it running", "is it done", "whats happening", "what is happening",
                "is my agent",
                "ja esta pronto", "esta pronto", "esta a funcionar", "esta funcionando", "o que se passa",
                "o que esta acontecendo",
            ]),
        CommandEntry(
            .summary,
            [
                "summary", "what do you know so far", "what have you got", "what have you got so far", "repeat",
                "repeat that", "resumo", "o que voce anotou", "repete", "repita",
            ],
            openings: [
                "what have you noted", "what did you note", "what do you have so far", "what did i choose", "what did i say",
                "sum it up", "o que voce anotou", "o que escolhi",
            ]),
        CommandEntry(
            .link, ["link", "the link", "o link", "send link", "link please", "o botao", "the button"],
            openings: [
                "where is my bot", "where is my agent", "where is the link", "wheres the link", "send me the link",
                "i cant find the link", "i lost the link",
                "send the link", "give me the link", "show me the link", "where do i find", "onde esta o link",
                "nao acho o link",
                "onde esta o bot", "onde esta o meu agente", "onde esta meu agente", "manda o link", "mande o link",
                "envia o link", "envie o link", "resend the link",
            ]),
        CommandEntry(
            .usage, ["usage", "tokens", "quota", "uso", "consumo"],
            openings: [
                "how many tokens do i have", "how many tokens are left", "how much have i used", "how much did i use",
                "quantos tokens tenho", "quanto usei", "quanto gastei",
            ]),
        CommandEntry(
            .notMe,
            [
                "thats not me", "that is not me", "not me", "thats not my account", "wrong account", "that isnt me",
                "nao sou eu", "essa nao e minha conta", "essa nao e a minha conta", "conta errada", "esse nao sou eu",
            ],
            openings: ["thats not me", "that is not me", "that is not my", "thats not my telegram", "nao sou eu"]),
        CommandEntry(
            .thanks,
            [
                "thanks", "thank you", "thanks a lot", "thank you very much", "thx", "ty", "many thanks",
                "thank you so much", "obrigado", "obrigada", "muito obrigado",
                "muito obrigada", "valeu", "gracias", "merci", "danke", "grazie",
            ]),
        CommandEntry(
            .greeting,
            [
                "start", "hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning", "good evening",
                "good afternoon", "ola", "hiya", "yo", "howdy", "greetings", "hello hello", "hi again",
                "oi", "bom dia", "boa tarde", "boa noite", "ola bom dia", "oi tudo bem", "ola tudo bem", "hola", "bonjour",
                "hallo", "ciao", "buenos dias", "guten tag", "salut", "how are you", "hi how are you", "hello how are you",
                "tudo bem",
            ]),
    ]
}

/// What can be asked for at any point of the conversation.
enum Command: Sendable, Hashable {
    case help, back, startOver, deleteEverything
    case changePlan, changeName, changePurpose
    case whichPlan, status, summary, link, usage, notMe
    case thanks, greeting

    /// Only what can hardly be meant otherwise: "help" is a call for help, "help with my e-mails" is an answer.
    init?(_ utterance: Utterance) {
        let words = utterance.words.count { !$0.isEmpty }
        for candidate in [utterance.phrase, utterance.core] {
            for entry in Phrasebook.commands {
                if entry.phrases.contains(candidate)
                    || words <= 12 && entry.openings.contains(where: { candidate == $0 || candidate.hasPrefix($0 + " ") })
                {
                    self = entry.command
                    return
                }
            }
        }
        return nil
    }
}
