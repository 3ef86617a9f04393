import Core
import Crypto
import FoundationEssentials
import Store

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The folder that holds the SQLite files, the keys and the agents' files; readable by its owner only.
struct DataDirectory: Sendable {
    let path: String

    /// Creates the folder where there is none.
    /// - Throws: ``DomainError`` with the code `data_directory_unusable`.
    init(_ path: String) throws(DomainError) {
        self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        do {
            try FileManager.default.createDirectory(
                atPath: self.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Self.unusable("\(self.path) can't be created. Set DATA_DIR to a folder that this user may write.")
        }
        try makePrivate()
    }

    /// What lies in the folder, beside the databases' companions (`-wal`, `-shm`, `-journal`).
    private static let ours = ["openclaw-cloud.sqlite", "sandbox.sqlite", "encryption.key", "lock", "journal", "agents"]

    /// Takes from everyone else what an earlier umask, `chmod` or copy gave them.
    ///
    /// A folder that isn't ours, as a mounted volume's may be, or that is everyone's is left as it is: what matters is in it.
    private func makePrivate() throws(DomainError) {
        var folder = stat()
        if stat(path, &folder) == 0, folder.st_mode & S_ISVTX == 0 { _ = chmod(path, 0o700) }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where Self.ours.contains(where: { name == $0 || name.hasPrefix($0 + "-") }) {
            var status = stat()
            guard lstat(file(name), &status) == 0, status.st_mode & 0o077 != 0, status.st_mode & S_IFMT != S_IFLNK else {
                continue
            }
            guard chmod(file(name), status.st_mode & 0o700) == 0 else {
                throw Self.unusable(
                    "\(file(name)) can be read by others, and this user can't change that. Give it to this user.")
            }
        }
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// Whether this process shares the folder: a service that runs apart does, `serve` doesn't, a tool doesn't care.
    enum Sharing { case exclusive, shared, unlocked }

    /// Locks the folder until the process ends, however it ends.
    /// - Throws: ``DomainError`` with the code `data_directory_unusable` if another process holds it in a way that doesn't fit.
    func lock(_ sharing: Sharing) throws(DomainError) {
        if sharing == .unlocked { return }
        let descriptor = open(file("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Self.unusable("\(path) can't be written. Set DATA_DIR to a folder that this user may write.")
        }
        guard flock(descriptor, (sharing == .exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            close(descriptor)
            throw Self.unusable(
                "Another openclaw-cloud is using \(path). Stop it first, or set DATA_DIR (and the ports) to others.")
        }
    }

    /// The folder's own key-encryption key: 32 random bytes, made once.
    /// - Throws: ``DomainError`` with the code `data_directory_unusable`.
    func encryptionKey() throws(DomainError) -> [UInt8] {
        let path = file("encryption.key")
        let fresh = SymmetricKey(size: .bits256).withUnsafeBytes(\.hexadecimal)
        let temporary = path + ".\(getpid())"
        // A hard link appears whole or not at all, and never replaces a key that is there.
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unusable("\(path) can't be written.") }
        let written = fresh.utf8CString.withUnsafeBufferPointer { write(descriptor, $0.baseAddress, 64) }
        fsync(descriptor)
        close(descriptor)
        if written == 64 { link(temporary, path) }
        unlink(temporary)
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Self.unusable("\(path) can't be read.")
        }
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64 else {
            throw Self.unusable("\(path) must hold 64 hex digits. Restore it from a backup: stored bot tokens need it.")
        }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func unusable(_ message: String) -> DomainError {
        DomainError(.unavailable, code: "data_directory_unusable", message)
    }
}
