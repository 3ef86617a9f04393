import FoundationEssentials
import Testing

/// A file of this repository, as text.
struct SourceFile: Sendable, CustomStringConvertible {
    /// From the repository's root.
    let path: String
    let text: String

    var description: String { path }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The target it belongs to: `Sources/Core/Box.swift` is of `Core`.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// The lines without those that are comments altogether.
    var code: [Substring] { lines.filter { !$0.drop(while: \.isWhitespace).hasPrefix("//") } }

    /// The modules it imports.
    var imports: [String] {
        code.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), words[..<index].allSatisfy(Self.importModifiers.contains)
            else { return nil }
            let rest = words[(index + 1)...]
            let name = rest.first.map { Self.importKinds.contains($0) ? rest.dropFirst().first : $0 } ?? nil
            return name?.split(separator: ".").first.map(String.init)
        }
    }

    private static let importModifiers: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency", "@_exported",
    ]
    private static let importKinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "func", "typealias", "let", "var",
    ]
}

/// The repository that these tests stand in.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files below a folder whose names end in one of these extensions, in the order of their paths.
    static func files(in folder: String, _ extensions: Set<String> = ["swift"]) throws -> [SourceFile] {
        let base = root.appending(path: folder).path
        guard FileManager.default.fileExists(atPath: base) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: base).sorted()
            .filter { path in extensions.contains { path.hasSuffix(".\($0)") } && !path.contains("__pycache__") }
            .map { try file("\(folder)/\($0)") }
    }

    static func file(_ path: String) throws -> SourceFile {
        let data = try Data(contentsOf: root.appending(path: path))
        return SourceFile(path: path, text: String(decoding: data, as: UTF8.self))
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}
