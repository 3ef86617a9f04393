import Core

/// What a visitor sends: by typing, or with a button.
struct VisitorMessage: Sendable, Decodable {
    private static let maximumKeyLength = 64

    let text: String
    /// The plan that was chosen on the landing page, as ``Tier`` names it.
    let plan: String?
    /// Messages with the same key are one; browsers and programs choose it.
    private let key: String?

    /// - Returns: the key, if there is one.
    /// - Throws: ``DomainError`` with the code `invalid_key`.
    func checkedKey() throws(DomainError) -> String? {
        guard let key, !key.isEmpty else { return nil }
        // PostgreSQL's text can't hold U+0000, nor does a key need any other control character.
        guard key.utf8.count <= Self.maximumKeyLength, key.utf8.allSatisfy({ $0 >= 0x20 }) else {
            throw DomainError(
                .invalid, code: "invalid_key",
                "The key must have at most \(Self.maximumKeyLength) bytes and no control characters.")
        }
        return key
    }
}
