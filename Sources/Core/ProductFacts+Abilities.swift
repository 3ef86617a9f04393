extension ProductFacts {
    func ability(_ topic: FactTopic) -> LocalizedText? {
        switch topic {
        case .abilities:
            LocalizedText(
                en:
                    "It chats with you on Telegram: it plans, writes, explains and translates, reads web pages and pictures that you send, remembers what you tell it, keeps notes and lists, and sends reminders. It doesn't send e-mails, book things or see your calendar.",
                pt:
                    "Conversa com você no Telegram: planeja, escreve, explica e traduz, lê páginas da web e imagens que você enviar, lembra o que você conta, guarda notas e listas, e manda lembretes. Não envia e-mails, não faz reservas e não vê sua agenda."
            )
        case .email:
            LocalizedText(
                en:
                    "It can't read or send your e-mails. You can paste one into the chat, and it writes the answer for you to send.",
                pt:
                    "Ele não lê nem envia e-mails. Você pode colar um na conversa, e ele escreve a resposta para você enviar."
            )
        case .calendar:
            LocalizedText(
                en:
                    "It has no access to calendars or other accounts of yours. It can plan with you and send reminders on Telegram.",
                pt:
                    "Ele não tem acesso a calendários nem a outras contas suas. Pode planejar com você e mandar lembretes no Telegram."
            )
        case .webSearch:
            LocalizedText(
                en:
                    "It reads a web page whose address you give it. Searching the web by itself comes with Pro and Team, and only where this service has a search engine set up.",
                pt:
                    "Ele lê uma página da web se você der o endereço. Pesquisar na web sozinho vem com Pro e Team, e só onde este serviço tem um buscador configurado."
            )
        case .voice:
            LocalizedText(
                en:
                    "It reads and writes text and makes no calls. Voice messages are understood with Pro and Team, and only where this service has transcription set up.",
                pt:
                    "Ele lê e escreve texto e não faz chamadas. Mensagens de voz são entendidas com Pro e Team, e só onde este serviço tem transcrição configurada."
            )
        case .pictures:
            LocalizedText(
                en: "It can look at pictures that you send; it doesn't make pictures.",
                pt: "Ele vê imagens que você enviar; não cria imagens.")
        case .documents:
            LocalizedText(
                en:
                    "You can send it documents and texts to read and work on, and it keeps notes and lists in its own folder.",
                pt:
                    "Você pode enviar documentos e textos para ele ler e trabalhar, e ele guarda notas e listas na própria pasta."
            )
        case .reminders:
            LocalizedText(
                en:
                    "Yes, it sends reminders on Telegram at the minute you ask for, once or repeating: up to \(plans.all[0].reminders) at a time on \(plans.all[0].name), more on the bigger plans.",
                pt:
                    "Sim, manda lembretes no Telegram na hora que você pedir, uma vez ou repetidos: até \(plans.all[0].reminders) ao mesmo tempo no \(plans.all[0].name), mais nos planos maiores."
            )
        case .memory:
            LocalizedText(
                en: "Yes, it remembers what you tell it to, in its own files, and forgets it when you say so.",
                pt: "Sim, ele lembra o que você pedir, nos próprios arquivos, e esquece quando você disser.")
        case .otherLanguages:
            LocalizedText(
                en:
                    "Your agent speaks most languages: just write to it in yours. This set-up chat is in English and Portuguese.",
                pt:
                    "Seu agente fala a maioria das línguas: é só escrever na sua. Esta conversa de instalação é em português e inglês."
            )
        case .whatsapp:
            LocalizedText(
                en:
                    "It works on Telegram only: not on WhatsApp or other messengers. Telegram is free, on phones and computers.",
                pt:
                    "Funciona só no Telegram: não no WhatsApp nem em outros mensageiros. O Telegram é gratuito, no celular e no computador."
            )
        case .telegram:
            LocalizedText(
                en:
                    "Telegram is a free messenger (telegram.org), and the place where you talk to your agent. You need an account there; installing it takes a minute.",
                pt:
                    "O Telegram é um mensageiro gratuito (telegram.org), e é lá que você fala com o agente. É preciso ter uma conta; instalar leva um minuto."
            )
        case .groups:
            LocalizedText(
                en: "It doesn't join groups or channels; you talk to it in a chat of your own.",
                pt: "Ele não entra em grupos nem canais; a conversa é só entre vocês dois.")
        case .team:
            LocalizedText(
                en:
                    "Each agent answers one Telegram account, on every plan; several people can't share one yet. The bigger plans give more use a month.",
                pt:
                    "Cada agente responde a uma só conta do Telegram, em todos os planos; ainda não dá para várias pessoas dividirem um. Os planos maiores dão mais uso por mês."
            )
        case .ownBot:
            LocalizedText(
                en:
                    "You don't need BotFather: Telegram creates the bot with one tap. If you have a bot of your own, you can paste its token here instead.",
                pt:
                    "Não é preciso BotFather: o Telegram cria o bot com um toque. Se já tem um bot seu, pode colar o token dele aqui."
            )
        default: nil
        }
    }
}
