import Core
import FoundationEssentials

/// This program's own file, which agents are started from.
enum OwnExecutable {
    /// - Returns: an absolute path.
    /// - Throws: ``DomainError`` with the code `executable_unknown`.
    static func path() throws(DomainError) -> String {
        #if os(Linux)
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        #else
            let name = CommandLine.arguments[0]
            let path: String? = name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
        #endif
        guard let path, FileManager.default.isExecutableFile(atPath: path) else {
            throw DomainError(
                .unavailable, code: "executable_unknown",
                "This program can't find its own file. Start it by its full path, or set AGENT_EXECUTABLE.")
        }
        return path
    }
}
