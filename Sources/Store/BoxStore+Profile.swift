package import Core
import FoundationEssentials
import SQL

/// How customers want their agents to be.
extension BoxStore {
    /// Whether nothing of any agent of the customer's is kept any more.
    /// - Throws: `SQLError`.
    package func isNothingLeft(of customerID: Customer.ID) throws -> Bool {
        try transaction.first(
            "SELECT id FROM boxes WHERE customer_id = ?1 AND NOT (desired = 'deleted' AND status = 'deleted')",
            [.text(customerID.rawValue)]) == nil
    }

    /// Want the box after it, so that it is made real.
    /// - Throws: `SQLError`; an `EncodingError`.
    package func setProfile(_ profile: AgentProfile, of box: Box) throws {
        try transaction.execute(
            "UPDATE boxes SET profile = ?3 WHERE id = ?1 AND customer_id = ?2",
            [.text(box.id.rawValue), .text(box.customerID.rawValue), .text(try profile.json)])
    }
}

extension AgentProfile {
    /// - Throws: `SQLError.unexpectedValue` if it isn't what ``json`` writes.
    init(json: String) throws {
        do {
            self = try JSONDecoder().decode(AgentProfile.self, from: Data(json.utf8))
        } catch {
            throw SQLError.unexpectedValue("profile")
        }
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
