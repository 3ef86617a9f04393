import Core
import Jobs
import SQL
import Store

extension NotificationService {
    /// Tells the owner of an endpoint that it was switched off; unless they have switched it on meanwhile.
    func tellOfWebhookOff(_ job: TellOfWebhookOff, _ context: JobContext) async throws {
        let recipient = try await queue.database.read { [publicURL] transaction -> (address: String, MailContent)? in
            guard let customerID = job.customerID, let customer = try CustomerStore(transaction).find(customerID),
                let address = customer.email,
                let endpoint = try WebhookStore(transaction).endpoint(job.endpointID, customerID: customerID),
                let off = endpoint.off
            else { return nil }
            return (
                address,
                .webhookOff(endpoint.url, off.reason, pageURL: "\(publicURL)/account/webhooks", language: customer.language)
            )
        }
        guard let (address, content) = recipient else { return }
        try await send(content, to: address, identity: context.id.rawValue)
    }
}

extension MailContent {
    static func webhookOff(
        _ endpointURL: String, _ reason: WebhookEndpoint.OffReason, pageURL: String, language: Language
    ) -> MailContent {
        let subject = LocalizedText(en: "A webhook was switched off", pt: "Um webhook foi desligado")
        // Not a link: nobody is to open it.
        let receiver = endpointURL.split(separator: "/", maxSplits: 1).last?.drop { $0 == "/" } ?? ""
        let days = WebhookEndpoint.patience.components.seconds / 86400
        let what =
            switch reason {
            case .gone:
                LocalizedText(
                    en: "\(receiver) answered “410 Gone”, so we send nothing there any more.",
                    pt: "\(receiver) respondeu “410 Gone”, por isso não enviamos mais nada para lá.")
            case .failing, .owner:
                LocalizedText(
                    en: "Nothing has arrived at \(receiver) for \(days) days, so we send nothing there any more.",
                    pt: "Nada chegou a \(receiver) há \(days) dias, por isso não enviamos mais nada para lá.")
            }
        let outro = LocalizedText(
            en: "On the page of your webhooks you see what happened to the last messages, and switch it on again.",
            pt: "Na página dos seus webhooks você vê o que houve com as últimas mensagens e pode ligá-lo de novo.")
        let button = LocalizedText(en: "Open the webhooks", pt: "Abrir os webhooks")
        return MailContent(
            subject: subject[language], paragraphs: [what[language], outro[language]],
            links: [.init(label: button[language], url: pageURL)], language: language)
    }
}
