/// A value that must never be seen: it prints as `[redacted]` in descriptions, debug dumps, mirrors and JSON.
///
/// Call ``reveal()`` only where the value leaves for its owner (a request header, a key derivation).
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) {
        self.value = value
    }

    package func reveal() -> String { value }

    package var description: String { "[redacted]" }
    package var debugDescription: String { "[redacted]" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
