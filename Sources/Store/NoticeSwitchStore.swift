package import Core
package import SQL

/// Which notices customers have switched off.
package struct NoticeSwitchStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`.
    package func off(customerID: Customer.ID) throws -> Set<NoticeSwitch> {
        Set(
            try transaction.query(
                "SELECT kind, channel FROM notices_off WHERE customer_id = ?1", [.text(customerID.rawValue)]
            ).map { NoticeSwitch(try $0.value("kind"), try $0.value("channel")) })
    }

    /// - Throws: `SQLError`.
    package func set(_ notice: NoticeSwitch, isOn: Bool, customerID: Customer.ID, now: Timestamp) throws {
        let row: [SQLValue] = [
            .text(customerID.rawValue), .text(notice.kind.rawValue), .text(notice.channel.rawValue),
        ]
        if isOn {
            try transaction.execute(
                "DELETE FROM notices_off WHERE customer_id = ?1 AND kind = ?2 AND channel = ?3", row)
        } else {
            try transaction.execute(
                """
                INSERT INTO notices_off (customer_id, kind, channel, since) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING
                """, row + [.integer(now.milliseconds)])
        }
    }
}

/// What a mail's link says that switches off mails like it: whose, and which. It is signed, not stored, and has no end.
package struct UnsubscribeToken: Sendable, Hashable {
    private static let context = "unsubscribe"

    package let customerID: Customer.ID
    package let kind: NoticeSwitch.Kind

    package init(customerID: Customer.ID, kind: NoticeSwitch.Kind) {
        self.customerID = customerID
        self.kind = kind
    }

    /// - Returns: `nil` if we didn't write it.
    package init?(_ text: String, vault: Vault) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let kind = NoticeSwitch.Kind(rawValue: parts[0]), let customerID = Customer.ID(parts[1])
        else { return nil }
        self.init(customerID: customerID, kind: kind)
        guard vault.isValid(parts[2], of: signed, context: Self.context) else { return nil }
    }

    /// `<kind>.<customer>.<signature>`
    package func text(_ vault: Vault) -> String {
        "\(signed).\(vault.signature(of: signed, context: Self.context))"
    }

    private var signed: String { "\(kind.rawValue).\(customerID.rawValue)" }
}
