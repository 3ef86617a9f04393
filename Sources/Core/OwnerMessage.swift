/// What the owner of a box is told about it, in each language: our own words, and nothing of the host's, a vendor's or a file's.
package struct OwnerMessage: Sendable, Hashable {
    /// Stable, in snake case.
    package let code: String
    package let text: LocalizedText

    package init(_ code: String, _ text: LocalizedText) {
        self.code = code
        self.text = text
    }
}
