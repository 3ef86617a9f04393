/// The address of a webhook: `https`, a public name, the usual port.
///
/// The form is so narrow that no two parsers can read it differently. Where the name leads is checked anew for each delivery.
package struct WebhookAddress: Sendable, Hashable {
    package let url: String
    package let host: String
    package let port: Int
    /// Whether it is the machine that the platform runs on, which only a trial on one's own machine allows.
    package let isThisMachine: Bool

    package static let longest = 500

    /// - Parameter allowsThisMachine: whether `http://localhost` and `http://127.0.0.1` with a port will do, too.
    /// - Throws: ``DomainError`` with the code `invalid_webhook_url`.
    package init(_ text: String, allowsThisMachine: Bool) throws(DomainError) {
        guard text.utf8.count <= Self.longest else { throw Self.invalid }
        let path = /(\/[A-Za-z0-9._~!$&'()*+,;=:@%\/?-]*)?/
        let label = /[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/
        if let match = text.wholeMatch(of: /https:\/\/([a-z0-9.-]{1,253})(:443)?(\/.*)?/) {
            let labels = match.1.split(separator: ".", omittingEmptySubsequences: false)
            guard labels.count >= 2, labels.allSatisfy({ $0.wholeMatch(of: label) != nil }),
                labels.last?.first?.isLetter == true, (match.3 ?? "").wholeMatch(of: path) != nil
            else { throw Self.invalid }
            (url, host, port, isThisMachine) = (text, String(match.1), 443, false)
        } else if allowsThisMachine,
            let match = text.wholeMatch(of: /http:\/\/(localhost|127\.0\.0\.1):([0-9]{1,5})(\/.*)?/),
            let number = UInt16(match.2), (match.3 ?? "").wholeMatch(of: path) != nil
        {
            (url, host, port, isThisMachine) = (text, String(match.1), Int(number), true)
        } else {
            throw Self.invalid
        }
    }

    private static let invalid = DomainError(
        .invalid, code: "invalid_webhook_url",
        "Give an address such as https://example.com/hooks: https, a name in small letters, no other port.")
}

/// Where nothing public is (RFC 6890): for agents' network rules, and for whatever else goes where a customer says.
package enum PrivateRange {
    /// Private, shared, link-local (the clouds' metadata services) and loopback addresses, this network, protocols' and
    /// benchmarks' own, multicast and reserved ones.
    package static let v4 = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "0.0.0.0/8",
        "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
    ]
    /// The same for IPv6, and what gateways translate to IPv4 addresses (RFC 4291, RFC 6052, RFC 8215, RFC 3056).
    package static let v6 = ["fc00::/7", "fe80::/10", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"]
}
