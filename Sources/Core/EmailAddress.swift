/// An address that mail could be sent to: trimmed, in lowercase and with its domain in ASCII, as it is stored and compared.
package struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Checks the shape only; whether anybody reads mail there, only a mail can tell.
    ///
    /// Narrower than RFC 5321 on purpose: no quoted local parts and no address literals, which nobody types into a form. Letters
    /// beyond ASCII before the `@` need SMTPUTF8 of every mail server on the way, which few have.
    /// - Throws: `DomainError` with the code `invalid_email`; `unmailable_email` for such letters.
    package init(_ input: String) throws(DomainError) {
        let text = Self.composed(
            String(input.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()).lowercased())
        guard Self.isWellFormed(text) else {
            throw DomainError(
                .invalid, code: "invalid_email", "This is not an e-mail address. It should look like name@example.com.")
        }
        let at = text.lastIndex(of: "@") ?? text.endIndex
        guard text[..<at].utf8.allSatisfy({ $0 < 0x80 }) else {
            throw DomainError(
                .invalid, code: "unmailable_email",
                "We can't send mail to an address with accents or other special letters before the @. Use another one.")
        }
        self.text =
            text[..<at] + "@" + text[at...].dropFirst().split(separator: ".").map(Punycode.ascii).joined(separator: ".")
    }

    package var description: String { text }

    /// Letters that can be written with a mark behind them or as one, by what they look like (the scripts with such letters).
    private static let letters: [Character: Unicode.Scalar] = {
        let ranges: [ClosedRange<UInt32>] = [0xC0...0x52F, 0x1E00...0x1FFF, 0x3040...0x30FF, 0xAC00...0xD7A3]
        let pairs = ranges.joined().compactMap(Unicode.Scalar.init).map { (Character($0), $0) }
        return Dictionary(pairs) { first, _ in first }
    }()

    /// The same address in the one way in which the network knows its domain: `ü` is one letter, and full-width letters of East
    /// Asian keyboards are plain ones (UTS 46, 4).
    private static func composed(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for character in text {
            let first = character.unicodeScalars.first
            if character.unicodeScalars.count > 1, let letter = letters[character] {
                scalars.append(letter)
            } else if let first, (0xFF01...0xFF5E).contains(first.value), let plain = Unicode.Scalar(first.value - 0xFEE0) {
                scalars.append(plain)
                scalars.append(contentsOf: character.unicodeScalars.dropFirst())
            } else {
                scalars.append(contentsOf: character.unicodeScalars)
            }
        }
        return String(scalars)
    }

    private static func isWellFormed(_ text: String) -> Bool {
        // RFC 5321, 4.5.3.1: 64 octets before the @, 254 in all that fit into a path.
        guard text.utf8.count <= 254, let at = text.lastIndex(of: "@") else { return false }
        let local = text[..<at]
        let labels = text[text.index(after: at)...].split(separator: ".", omittingEmptySubsequences: false)
        return (1...64).contains(local.utf8.count)
            && local.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isAtom)
            && labels.count >= 2 && labels.allSatisfy(isLabel)
    }

    /// RFC 5322, 3.2.3, and letters beyond ASCII (RFC 6531).
    private static func isAtom(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".contains($0) }
    }

    private static func isLabel(_ text: Substring) -> Bool {
        (1...63).contains(text.utf8.count) && text.first != "-" && text.last != "-"
            && text.allSatisfy { isLetterOrDigit($0) || $0 == "-" }
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isLetter || character.isNumber
    }
}
