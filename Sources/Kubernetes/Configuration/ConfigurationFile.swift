import FoundationEssentials
import SystemPackage

/// A file that is the configuration, or that it names.
struct ConfigurationFile: Sendable {
    /// Absolute.
    let path: String

    /// - Parameter path: if it is relative, then to the working directory.
    init(_ path: String) {
        self.path = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(path)).string
    }

    /// A file that this one names. Relative paths begin at this one's folder.
    func sibling(_ path: String) -> ConfigurationFile {
        ConfigurationFile(FilePath(self.path).removingLastComponent().pushing(FilePath(path)).string)
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    func read() throws(Unreadable) -> [UInt8] {
        do {
            return try Array(Data(contentsOf: URL(filePath: path)))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw Unreadable(path: path, reason: "there is no such file")
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw Unreadable(path: path, reason: "permission is denied")
        } catch {
            throw Unreadable(path: path, reason: "it isn't a file that can be read")
        }
    }

    struct Unreadable: Error, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String { "\(path) can't be read: \(reason)." }
    }
}

extension String {
    /// `nil` if it is empty: in a kubeconfig, an empty text means none.
    var nonEmpty: String? { isEmpty ? nil : self }

    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
