import Core

/// What a visitor sends: by typing, or with a button.
struct VisitorMessage: Sendable, Decodable {
    private static let maximumKeyLength = 64

    let text: String
    /// Messages with the same key are one; browsers and programs choose it.
    private let key: String?

    /// - Returns: the key, if there is one.
    /// - Throws: ``DomainError`` with the code `invalid_key`.
    func checkedKey() throws(DomainError) -> String? {
        guard let key, !key.isEmpty else { return nil }
        guard key.utf8.count <= Self.maximumKeyLength else {
            throw DomainError(
                .invalid, code: "invalid_key", "The key is too long. It may have \(Self.maximumKeyLength) bytes.")
        }
        return key
    }
}
