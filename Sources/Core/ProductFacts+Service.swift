extension ProductFacts {
    func service(_ topic: FactTopic) -> LocalizedText {
        switch topic {
        case .setUp:
            LocalizedText(
                en: "This chat takes a few minutes, and the agent is usually ready seconds after the payment.",
                pt: "Esta conversa leva uns minutos, e o agente costuma ficar pronto segundos depois do pagamento.")
        case .skills:
            LocalizedText(
                en:
                    "No, nothing technical: if you can write a message on Telegram, you can use it. There is nothing to install but Telegram.",
                pt:
                    "Não, nada técnico: quem sabe mandar mensagem no Telegram sabe usar. Não há nada a instalar além do Telegram."
            )
        case .model:
            LocalizedText(
                en: "The agent thinks with Kimi, a language model made by Moonshot AI.",
                pt: "O agente pensa com o Kimi, um modelo de linguagem da Moonshot AI.")
        case .openclaw:
            LocalizedText(
                en:
                    "OpenClaw is an open program that runs a personal AI agent. Running it yourself means a server, keys and upkeep; we do that part, and you get the agent.",
                pt:
                    "O OpenClaw é um programa aberto que faz funcionar um agente de IA pessoal. Por conta própria é preciso servidor, chaves e manutenção; nós fazemos essa parte, e você fica com o agente."
            )
        case .whoAreYou:
            LocalizedText(
                en: "I'm the set-up guide of openclaw-cloud, a program. I help you get an AI agent of your own on Telegram.",
                pt:
                    "Sou o guia de instalação da openclaw-cloud, um programa. Ajudo você a ter seu próprio agente de IA no Telegram."
            )
        case .person:
            if let contact {
                LocalizedText(
                    en: "I'm a program. A person reads what is sent to \(contact).",
                    pt: "Sou um programa. Uma pessoa lê o que chega em \(contact).")
            } else {
                LocalizedText(
                    en: "I'm a program, and there is no person in this chat; no address for one is set up here either.",
                    pt:
                        "Sou um programa, e não há uma pessoa nesta conversa; também não há um endereço de contato configurado aqui."
                )
            }
        case .uptime:
            LocalizedText(
                en:
                    "It answers day and night. There is no guaranteed uptime that I could promise; if it fails, it is restarted automatically.",
                pt:
                    "Responde dia e noite. Não há uma disponibilidade garantida que eu possa prometer; se falhar, é reiniciado automaticamente."
            )
        case .rename:
            LocalizedText(
                en: "You can change the name and the rest at any time: tell me here, for example “call it Luna”.",
                pt: "Você pode mudar o nome e o resto quando quiser: diga aqui, por exemplo “chame de Luna”.")
        case .account, .dashboard:
            LocalizedText(
                en:
                    "You need no account to start. After the payment, sign in with the e-mail address that you give on the payment page: we send a link, and there is no password.",
                pt:
                    "Não é preciso conta para começar. Depois do pagamento, entre com o e-mail que você der na página de pagamento: enviamos um link, sem senha."
            )
        default:
            LocalizedText(
                en:
                    "I ask what your agent is for, its name and how much you'll use it; then you pick a plan, connect Telegram and pay on Stripe's page. Seconds later it answers you.",
                pt:
                    "Pergunto para que serve o agente, o nome e quanto você vai usar; depois você escolhe o plano, liga o Telegram e paga na página da Stripe. Segundos depois ele responde."
            )
        }
    }
}
