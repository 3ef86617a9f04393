import Testing

/// What can be configured, and where people read about it.
struct ConfigurationTests {
    private static let settings = "Sources/CloudApp/Configuration/Setting.swift"

    @Test func everySettingStandsInTheExampleAndTheOtherWayRound() throws {
        let inCode = names(in: try Repository.file(Self.settings)) { line in
            // case dataDirectory = "DATA_DIR"
            let words = line.split(separator: " ")
            guard words.count == 4, words[0] == "case", words[2] == "=" else { return nil }
            return words[3].dropFirst().dropLast()
        }
        let example = try Repository.file(".env.example")
        let inExample = names(in: example) { line in
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return nil }
            return line[..<equals]
        }
        #expect(!inCode.isEmpty)
        #expect(inCode == inExample)
    }

    @Test func everyLineOfTheExampleIsExplainedByTheOneBefore() throws {
        let lines = try Repository.file(".env.example").lines
        for (before, line) in zip(lines, lines.dropFirst()) where line.contains("=") && !line.hasPrefix("#") {
            #expect(before.hasPrefix("# ") && !before.hasPrefix("# ---"), "\(line) has no meaning beside it")
        }
    }

    /// Elsewhere, a setting would be read that no one can find.
    @Test func onlyTheConfigurationReadsTheEnvironment() throws {
        for file in try Repository.files(in: "Sources") where !file.path.hasPrefix("Sources/CloudApp/") {
            for line in file.code where line.contains("getenv(") || line.contains("ProcessInfo.processInfo.environment") {
                Issue.record("\(file) reads the environment: \(line)")
            }
        }
    }

    private func names(in file: SourceFile, _ name: (Substring) -> Substring?) -> Set<String> {
        Set(file.lines.compactMap { name($0.drop(while: \.isWhitespace)).map(String.init) })
    }
}
