#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An address on the internet, as bytes. IPv4 written inside IPv6 (`::ffff:192.0.2.1`) is IPv4.
package struct IPAddress: Sendable, Hashable {
    /// Four or sixteen.
    let bytes: [UInt8]

    /// Reads `192.0.2.1`, `2001:db8::1`, and both with a port, as proxies write it: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    package init?(_ text: some StringProtocol) {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            text = text[text.index(after: text.startIndex)..<end]
        } else if let colon = text.firstIndex(of: ":"), text[..<colon].contains(".") {
            text = text[..<colon]
        }
        guard let bytes = Self.parse(String(text), AF_INET, 4) ?? Self.parse(String(text), AF_INET6, 16) else { return nil }
        self.bytes = bytes.starts(with: Self.mapped) && bytes.count == 16 ? Array(bytes[12...]) : bytes
    }

    private static let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]

    private static func parse(_ text: String, _ family: Int32, _ length: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: length)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// Who counts as one client: an IPv4 address, or the /64 that a provider gives to one IPv6 customer.
    package var client: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":") + "::/64"
    }
}

/// A range of addresses, such as `10.0.0.0/8`; an address alone is a range of one.
package struct AddressRange: Sendable, Hashable {
    private let first: IPAddress
    private let length: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = IPAddress(parts[0]), !parts[0].contains("["), parts[0].allSatisfy({ !$0.isWhitespace }) else {
            return nil
        }
        let bits = first.bytes.count * 8
        guard let length = parts.count == 2 ? Int(parts[1]) : bits, (0...bits).contains(length) else { return nil }
        self.first = first
        self.length = length
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == first.bytes.count else { return false }
        let whole = length / 8
        guard address.bytes[..<whole] == first.bytes[..<whole] else { return false }
        let rest = length % 8
        return rest == 0 || (address.bytes[whole] ^ first.bytes[whole]) >> (8 - rest) == 0
    }
}
