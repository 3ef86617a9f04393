import JSON
import Kubernetes

/// Amounts as the API server writes them itself, so that what was applied reads back the same
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
enum Quantity {
    /// - Parameter thousandths: of a core.
    static func cores(_ thousandths: Int) -> JSONValue {
        .string(thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(thousandths)m")
    }

    static func mebibytes(_ count: Int) -> JSONValue {
        .string(count % 1024 == 0 ? "\(count / 1024)Gi" : "\(count)Mi")
    }

    static func gibibytes(_ count: Int) -> JSONValue {
        .string(count % 1024 == 0 ? "\(count / 1024)Ti" : "\(count)Gi")
    }

    /// - Parameter text: an amount of binary units, such as `2Gi`.
    static func bytes(_ text: String) -> Int? {
        let units = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40]
        guard let unit = units.first(where: { text.hasSuffix($0.key) }) else { return Int(text) }
        return Int(text.dropLast(2)).map { $0 << unit.value }
    }
}
