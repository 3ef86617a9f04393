import FoundationEssentials
import JSON
import Kubernetes

/// One thing that has to be done so that the world is as the inventory says.
package struct Change: Sendable, Hashable, CustomStringConvertible {
    /// What a person calls it, such as `server openclaw-worker-1`.
    package let subject: String
    /// What makes it differ from the others, such as `cpx41 in fsn1`.
    package let detail: String
    let request: Request
    /// Hundredths of the price list's currency a month.
    package var price: Int?

    enum Request: Sendable, Hashable {
        case create(String, JSONValue)
        case act(String, Int64, String, JSONValue)
        case createRecord(JSONValue)
        case updateRecord(String, JSONValue)
        /// What needs something that isn't there yet.
        case later

        /// Of Hetzner's, where it isn't about a record.
        var collection: String? {
            switch self {
            case .create(let collection, _), .act(let collection, _, _, _): collection
            case .createRecord, .updateRecord, .later: nil
            }
        }
    }

    /// Whether it makes something, or changes what is there.
    package var makes: Bool {
        switch request {
        case .create, .createRecord, .later: true
        case .act, .updateRecord: false
        }
    }

    package var description: String { "\(makes ? "+" : "~") \(subject)\(detail.isEmpty ? "" : ": \(detail)")" }
}
