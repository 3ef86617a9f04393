import Core
import Jobs
import Store

extension NotificationService {
    /// Asks the new address for its consent, and the present one if somebody has ever shown that it is theirs; else it is only
    /// told. Only hashes are stored, so a second attempt mints new links, and those of the first are void.
    func sendEmailChange(_ job: SendEmailChange, _ context: JobContext) async throws {
        guard let customerID = job.customerID else { return }
        let (new, old) = (AccessToken.random(), AccessToken.random())
        let found = try await queue.write { work -> (change: EmailChange, customer: Customer)? in
            let store = AccountStore(work.transaction)
            guard let change = try store.emailChange(of: customerID, now: work.now),
                let customer = try CustomerStore(work.transaction).find(customerID)
            else { return nil }
            let isAsked = customer.email != nil && customer.emailProvedAt != nil
            try store.setTokens(new: new.hash, old: isAsked ? old.hash : nil, of: customerID, now: work.now)
            return (change, customer)
        }
        guard let (change, customer) = found else { return }
        let identity = "\(context.id.rawValue).\(context.attempt)"
        try await send(
            .confirmEmail(url: link(new), language: customer.language), to: change.email, identity: identity + ".new")
        guard let present = customer.email else { return }
        let url = customer.emailProvedAt == nil ? nil : link(old)
        try await send(
            .leaveEmail(for: change.email, url: url, language: customer.language), to: present, identity: identity + ".old")
    }

    private func link(_ token: AccessToken) -> String { "\(publicURL)/account/email/\(token.secret.reveal())" }
}

extension MailContent {
    static func confirmEmail(url: String, language: Language) -> MailContent {
        let subject = LocalizedText(en: "Confirm your new e-mail address", pt: "Confirme seu novo endereço de e-mail")
        let intro = LocalizedText(
            en: "This address is to become the one of an account at OpenClaw Cloud. The link works for 24 hours.",
            pt: "Este endereço vai passar a ser o de uma conta na OpenClaw Cloud. O link funciona por 24 horas.")
        let outro = LocalizedText(
            en: "You didn’t ask for this? Then ignore this mail, and nothing changes.",
            pt: "Não foi você que pediu? Então ignore este e-mail, e nada muda.")
        let label = LocalizedText(en: "Confirm this address", pt: "Confirmar este endereço")
        return MailContent(
            subject: subject[language], paragraphs: [intro[language], outro[language]],
            links: [Link(label: label[language], url: url)],
            language: language)
    }

    /// - Parameter url: where the owner of the present address agrees; `nil` if they are only told.
    static func leaveEmail(for address: String, url: String?, language: Language) -> MailContent {
        let subject = LocalizedText(en: "Your e-mail address is to change", pt: "Seu endereço de e-mail vai mudar")
        let intro = LocalizedText(
            en: "Your account at OpenClaw Cloud is to have the address \(address) from now on.",
            pt: "Sua conta na OpenClaw Cloud vai passar a ter o endereço \(address).")
        let outro = LocalizedText(
            en: "You didn’t ask for this? Then don’t agree, sign in and press “Sign out everywhere”.",
            pt: "Não foi você que pediu? Então não aceite, entre na sua conta e use “Sair em todos os dispositivos”.")
        let label = LocalizedText(en: "Agree to the change", pt: "Aceitar a mudança")
        return MailContent(
            subject: subject[language], paragraphs: [intro[language], outro[language]],
            links: url.map { [Link(label: label[language], url: $0)] } ?? [], language: language)
    }
}
