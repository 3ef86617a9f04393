import Core
import Crypto
import FoundationEssentials
import JSON
import Kubernetes

/// A fingerprint of an object's content.
enum ContentHash {
    /// - Returns: SHA-256 in lowercase hex.
    static func of(_ body: JSONObject) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4096)
        append(.object(body), to: &bytes)
        return SHA256.hash(data: bytes).hexadecimal
    }

    /// Each value with its kind and length, so that different values never give the same bytes.
    private static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0)
        case .bool(let value): bytes += [1, value ? 1 : 0]
        case .integer(let value): append(2, UInt64(bitPattern: value), to: &bytes)
        case .number(let value): append(3, value.bitPattern, to: &bytes)
        case .string(let text): append(4, text, to: &bytes)
        case .array(let values):
            append(5, UInt64(values.count), to: &bytes)
            for value in values { append(value, to: &bytes) }
        case .object(let members):
            append(6, UInt64(members.count), to: &bytes)
            for member in members {
                append(4, member.name, to: &bytes)
                append(member.value, to: &bytes)
            }
        }
    }

    private static func append(_ kind: UInt8, _ text: String, to bytes: inout [UInt8]) {
        append(kind, UInt64(text.utf8.count), to: &bytes)
        bytes += text.utf8
    }

    private static func append(_ kind: UInt8, _ number: UInt64, to bytes: inout [UInt8]) {
        bytes.append(kind)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
