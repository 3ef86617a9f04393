import Foundation
import Testing

/// What the documents point to is there.
struct DocumentationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func documents() throws -> [URL] {
        let docs = FileManager.default.enumerator(at: root.appending(path: "docs"), includingPropertiesForKeys: nil)
        let inDocs = (docs?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "md" }
        let atRoot = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map { root.appending(path: $0) }
        return atRoot + inDocs
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test func everyRelativeLinkLeadsToAFile() throws {
        var dead: [String] = []
        for document in try Self.documents() {
            let text = try String(contentsOf: document, encoding: .utf8)
            for match in text.matches(of: /\]\(([^)#\s]+)(#[^)]*)?\)/) where !match.1.contains("://") {
                let target = document.deletingLastPathComponent().appending(path: String(match.1)).standardizedFileURL
                if !FileManager.default.fileExists(atPath: target.path()) {
                    dead.append("\(document.lastPathComponent): \(match.1)")
                }
            }
        }
        #expect(dead == [])
    }

    @Test func everyMakeTargetThatIsNamedExists() throws {
        let targets = Set(try Self.text("Makefile").matches(of: /(?m)^([a-z-]+):/).map { String($0.1) })
        for document in try Self.documents() {
            for match in try String(contentsOf: document, encoding: .utf8).matches(of: /`make ([a-z-]+)`/) {
                #expect(targets.contains(String(match.1)), "\(document.lastPathComponent) names make \(match.1)")
            }
        }
    }

    @Test func everyTableOfTheSchemaIsInTheDataModel() throws {
        let model = try Self.text("docs/data-model.md")
        let folder = "Sources/Store/Migrations"
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: folder).path())
        let steps = try files.sorted().map { try Self.text("\(folder)/\($0)") }.joined()
        let made = Set(steps.matches(of: /CREATE TABLE ([a-z_]+)/).map(\.1))
        let dropped = Set(steps.matches(of: /DROP TABLE ([a-z_]+)/).map(\.1))
        #expect(made.count > dropped.count)
        for table in made.subtracting(dropped) {
            #expect(model.contains("`\(table)`"), "docs/data-model.md lacks \(table)")
        }
    }

    @Test func theDataModelSaysHowLongEachKindOfDataIsKept() throws {
        let code = try Self.text("Sources/Core/Retention.swift")
        let days = Dictionary(
            uniqueKeysWithValues: code.matches(of: /case \.(\w+): (\d+)/).map { (String($0.1), String($0.2)) })
        let rows = code.matches(of: /case (\w+) = "(.+)"/).map { "| \($0.2) | \(days[String($0.1)] ?? "?") |" }
        let document = try Self.text("docs/data-model.md").split(separator: "\n").map(String.init)
        let head = try #require(document.firstIndex(of: "| what | days |"))
        #expect(rows.count == days.count && !rows.isEmpty)
        #expect(Array(document[(head + 2)...].prefix { $0.hasPrefix("|") }) == rows)
    }
}
