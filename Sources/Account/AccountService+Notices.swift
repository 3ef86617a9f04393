package import Core
import Jobs
import SQL
import Store

/// Which notices customers get, and how.
extension AccountService {
    /// What the customer has switched off.
    /// - Throws: `SQLError`.
    package func noticesOff(of customerID: Customer.ID) async throws -> Set<NoticeSwitch> {
        try await queue.database.read { try NoticeSwitchStore($0).off(customerID: customerID) }
    }

    /// - Parameter isOn: what is left out stays.
    /// - Returns: what is switched off now.
    /// - Throws: `SQLError`.
    package func setNotices(
        _ isOn: [NoticeSwitch: Bool], of customerID: Customer.ID
    ) async throws -> Set<NoticeSwitch> {
        try await queue.write { work in
            let store = NoticeSwitchStore(work.transaction)
            for (notice, isOn) in isOn { try store.set(notice, isOn: isOn, customerID: customerID, now: work.now) }
            return try store.off(customerID: customerID)
        }
    }

    /// What a mail's link would switch off; looking changes nothing.
    /// - Throws: ``DomainError`` with the code `unknown_unsubscribe_link`.
    package func mails(ofLink token: String) throws(DomainError) -> NoticeSwitch.Kind { try Self.read(token, vault).kind }

    /// Switches off the mails that a mail's link is for, whoever has it.
    /// - Throws: ``DomainError`` with the code `unknown_unsubscribe_link`; `SQLError`.
    package func switchOffMails(link token: String) async throws -> NoticeSwitch.Kind {
        let link = try Self.read(token, vault)
        try await queue.write { work in
            // Who is forgotten gets no mails anyway.
            guard try CustomerStore(work.transaction).find(link.customerID) != nil else { return }
            try NoticeSwitchStore(work.transaction).set(
                NoticeSwitch(link.kind, .mail), isOn: false, customerID: link.customerID, now: work.now)
        }
        return link.kind
    }

    private static func read(_ token: String, _ vault: Vault) throws(DomainError) -> UnsubscribeToken {
        guard let link = UnsubscribeToken(token, vault: vault) else {
            throw DomainError(
                .notFound, code: "unknown_unsubscribe_link",
                "This link isn't whole. Open the one in the mail, or choose your notices on the page of your account.")
        }
        return link
    }
}
