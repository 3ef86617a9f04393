extension ProductFacts {
    func data(_ topic: FactTopic) -> LocalizedText? {
        switch topic {
        case .privacy:
            LocalizedText(
                en:
                    "Your agent runs by itself, apart from everyone else's. We don't keep what you say to it or what it answers, only how many tokens it took. Messages travel through Telegram and are answered by the Kimi language model.",
                pt:
                    "Seu agente funciona separado dos outros. Não guardamos o que você diz a ele nem o que ele responde, só quantos tokens foram gastos. As mensagens passam pelo Telegram e são respondidas pelo modelo de linguagem Kimi."
            )
        case .training:
            LocalizedText(
                en:
                    "We don't train anything with your messages and keep no copy of them. They are answered by the Kimi model, whose maker has terms of its own.",
                pt:
                    "Não treinamos nada com as suas mensagens e não guardamos cópia. Quem responde é o modelo Kimi, cujo fabricante tem termos próprios."
            )
        case .dataPlace:
            LocalizedText(
                en:
                    "I don't know in which country the servers stand. Your messages also go through Telegram and the Kimi model, whose servers may be in other countries; payment data stays with Stripe."
                    + ask.english,
                pt:
                    "Não sei em que país ficam os servidores. As mensagens passam também pelo Telegram e pelo modelo Kimi, que podem estar em outros países; os dados de pagamento ficam na Stripe."
                    + ask.portuguese)
        case .retention:
            LocalizedText(
                en:
                    "The words of this chat are kept \(Retention.setUpChats.days) days, your agent's data until \(Retention.agents.days) days after the end, your e-mail address until \(Retention.addresses.days) days after it. The privacy page has the whole list.",
                pt:
                    "As palavras desta conversa ficam guardadas \(Retention.setUpChats.days) dias, os dados do agente até \(Retention.agents.days) dias depois do fim, e o seu e-mail até \(Retention.addresses.days) dias depois. A página de privacidade tem a lista inteira."
            )
        case .security:
            LocalizedText(
                en:
                    "Yes: you pay on Stripe's own page, the tokens of bots are kept encrypted, and each agent runs alone, with a key that is worth nothing elsewhere. It answers only your Telegram account.",
                pt:
                    "Sim: o pagamento é na página da própria Stripe, os tokens dos bots ficam cifrados, e cada agente funciona isolado, com uma chave que não vale nada em outro lugar. Ele só responde à sua conta do Telegram."
            )
        case .deletion:
            LocalizedText(
                en:
                    "Before you pay, say “delete everything” here and all of it is gone. A paid agent's data goes \(Retention.agents.days) days after you cancel."
                    + ask.english,
                pt:
                    "Antes de pagar, diga “apagar tudo” aqui e tudo some. Os dados de um agente pago somem \(Retention.agents.days) dias depois do cancelamento."
                    + ask.portuguese)
        default: nil
        }
    }
}
