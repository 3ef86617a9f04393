/// A release of OpenClaw: year, month and number, such as `2026.9.4`.
package struct OpenClawVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    private let parts: [Int]

    /// The releases whose schema accepts what is rendered here. docs/openclaw.md says how to add one.
    package static let supported = OpenClawVersion(2026, 8, 2)...OpenClawVersion(2026, 9, 6)

    private init(_ parts: Int...) {
        self.parts = parts
    }

    /// - Returns: `nil` if it is no version.
    package init?(_ text: some StringProtocol) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, numbers.allSatisfy({ $0 != nil && $0! >= 0 }) else { return nil }
        parts = numbers.compactMap(\.self)
    }

    /// - Parameter image: a container image's reference, such as `ghcr.io/openclaw/openclaw:2026.9.4@sha256:…`.
    /// - Returns: `nil` if its tag is no version: nobody can tell before it is run.
    package init?(image: String) {
        let name = image.split(separator: "@", maxSplits: 1)[0]
        let last = name.split(separator: "/").last ?? ""
        guard let colon = last.lastIndex(of: ":") else { return nil }
        self.init(last[last.index(after: colon)...])
    }

    /// Why no agent may run as an image: in words for the host.
    /// - Returns: `nil` if nothing is known against it.
    package static func objection(to image: String) -> String? {
        guard let version = OpenClawVersion(image: image), !supported.contains(version) else { return nil }
        return "is OpenClaw \(version); agents are configured for \(supported.lowerBound) to \(supported.upperBound), "
            + "and another version may refuse that"
    }

    package var description: String { parts.map(String.init).joined(separator: ".") }

    package static func < (left: OpenClawVersion, right: OpenClawVersion) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
}
