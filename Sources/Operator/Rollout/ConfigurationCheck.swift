package import Core
import FoundationEssentials

/// What an image's own program says of an agent's configuration, before any agent runs as it.
package enum ConfigurationCheck: Sendable, Hashable {
    case underWay
    case accepted
    /// In the program's own words.
    case refused(String)
    /// It couldn't be asked.
    case undecided(String)

    /// Asks an image of an agent; begins the check, if it hasn't begun.
    package typealias Check = @Sendable (_ agent: AgentReference, _ image: String) async throws -> ConfigurationCheck

    /// How long a check may take, the time to fetch the image included.
    static let limit = Duration.seconds(300)
    private static let longestWords = 400

    /// - Parameters:
    ///   - code: what `openclaw config validate --json` ended with.
    ///   - output: what it printed: `{"valid":false,"issues":[{"path":…,"message":…}]}` where it refuses.
    package init(code: Int64, output: String) {
        if code == 0 {
            self = .accepted
            return
        }
        struct Report: Decodable {
            let issues: [Issue]

            struct Issue: Decodable {
                let path: String?
                let message: String
            }
        }
        if let start = output.firstIndex(of: "{"), let end = output.lastIndex(of: "}"), start < end,
            let report = try? JSONDecoder().decode(Report.self, from: Data(output[start...end].utf8)), !report.issues.isEmpty
        {
            let words = report.issues.map { issue in
                issue.path.flatMap { $0.isEmpty ? nil : "\($0): \(issue.message)" } ?? issue.message
            }
            self = .refused(String(words.joined(separator: "; ").prefix(Self.longestWords)))
        } else {
            let words = output.split(whereSeparator: \.isNewline).joined(separator: " ")
            self =
                words.isEmpty
                ? .undecided("its program ended with \(code) and said nothing")
                : .refused(String(words.suffix(Self.longestWords)))
        }
    }
}
