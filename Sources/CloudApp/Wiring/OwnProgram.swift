import Core
import FoundationEssentials

/// A copy of this program that runs in any image of the same architecture.
enum OwnProgram {
    /// Writes the program, the libraries that it has loaded and the script `start`, which runs it.
    /// - Parameter folder: an absolute path.
    /// - Throws: ``DomainError`` with the code `executable_unknown`; a `CocoaError`.
    static func install(in folder: String) throws {
        let executable = try OwnExecutable.path()
        let libraries = loadedLibraries()
        try FileManager.default.createDirectory(atPath: folder + "/lib", withIntermediateDirectories: true)
        for path in libraries {
            try copy(path, to: "\(folder)/lib/\(name(path))")
            for alias in aliases(of: path) { try link(alias, to: name(path), in: folder + "/lib") }
        }
        try copy(executable, to: folder + "/openclaw-cloud")
        let loader = libraries.map(name).first { $0.hasPrefix("ld-") || $0.hasPrefix("ld.") }
        let command = loader.map { "\(folder)/lib/\($0) --library-path \(folder)/lib \(folder)/openclaw-cloud" }
        try Data("#!/bin/sh\nexec \(command ?? folder + "/openclaw-cloud") \"$@\"\n".utf8)
            .write(to: URL(filePath: folder + "/start"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/start")
    }

    private static func copy(_ source: String, to target: String) throws {
        if FileManager.default.fileExists(atPath: target) { try FileManager.default.removeItem(atPath: target) }
        let file = URL(filePath: source).resolvingSymlinksInPath().path
        try FileManager.default.copyItem(atPath: file, toPath: target)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: target)
    }

    private static func link(_ alias: String, to target: String, in folder: String) throws {
        let link = "\(folder)/\(alias)"
        try? FileManager.default.removeItem(atPath: link)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    }

    /// The other names that a library has in its folder: it is looked for by one of them.
    private static func aliases(of path: String) -> [String] {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let stem = name(path).prefix { $0 != "." }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { candidate in
            candidate.hasPrefix(stem) && candidate != name(path)
                && URL(filePath: "\(folder)/\(candidate)").resolvingSymlinksInPath().path == path
        }
    }

    private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// - Returns: paths; none for a static program (proc(5), `maps`).
    private static func loadedLibraries() -> [String] {
        let maps = FileManager.default.contents(atPath: "/proc/self/maps") ?? Data()
        let paths = String(decoding: maps, as: UTF8.self).split(separator: "\n").compactMap { line -> String? in
            guard let start = line.firstIndex(of: "/") else { return nil }
            let path = String(line[start...])
            return name(path).contains(".so") ? path : nil
        }
        return Set(paths).sorted()
    }
}
