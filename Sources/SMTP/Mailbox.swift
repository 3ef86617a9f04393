/// An address with an optional name: `Openclaw <hello@example.com>`.
package struct Mailbox: Sendable, Hashable {
    package let name: String?
    package let address: String

    /// - Throws: ``SMTPError/invalidMessage(_:)`` unless the address is plain ASCII of the form `local@domain` with at most
    ///   254 characters (RFC 5321, 4.5.3.1) and nothing in it could end a command or a header.
    package init(name: String? = nil, address: String) throws(SMTPError) {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), !parts[1].isEmpty, address.utf8.count <= 254,
            parts[0].utf8.allSatisfy(Self.isLocal), parts[1].utf8.allSatisfy(Self.isDomain)
        else { throw .invalidMessage("an e-mail address is malformed") }
        if let name, !name.unicodeScalars.allSatisfy(HeaderEncoding.isPrintable) {
            throw .invalidMessage("a name holds control characters")
        }
        self.name = name
        self.address = address
    }

    /// - Parameter text: `address` or `name <address>`, as a person writes it into a configuration.
    /// - Throws: ``SMTPError/invalidMessage(_:)``.
    package init(parsing text: String) throws(SMTPError) {
        guard let open = text.lastIndex(of: "<"), text.hasSuffix(">") else {
            try self.init(address: text)
            return
        }
        var name = text[..<open]
        while name.last == " " { name.removeLast() }
        while name.first == " " { name.removeFirst() }
        if name.count >= 2, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
        try self.init(
            name: name.isEmpty ? nil : String(name), address: String(text[text.index(after: open)...].dropLast()))
    }

    package var domain: String { String(address.drop { $0 != "@" }.dropFirst()) }

    /// Whether it means this machine only, so that nobody can write to it (RFC 6761, 6.3).
    package var isLocal: Bool {
        let domain = domain.lowercased()
        return domain == "localhost" || domain.hasSuffix(".localhost")
    }

    /// As it stands in a header (RFC 5322, 3.4).
    var headerValue: String {
        guard let name else { return address }
        return "\(HeaderEncoding.phrase(name)) <\(address)>"
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte)
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
