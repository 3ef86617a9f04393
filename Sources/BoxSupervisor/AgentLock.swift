import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to be the one living process of an agent.
///
/// A `flock` belongs to the open file, which the agent inherits as its (always empty) standard input. So it is held from
/// before the agent's process exists until that process is gone, whatever becomes of the platform in between.
package final class AgentLock: Sendable {
    let descriptor: FileDescriptor

    /// - Returns: `nil` if a process of the agent holds the lock.
    /// - Throws: an `Errno`.
    init?(path: String) throws {
        descriptor = try FileDescriptor.open(
            FilePath(path), .readOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let error = Errno(rawValue: errno)
            guard error == .wouldBlock else { throw error }
            return nil
        }
    }

    deinit {
        try? descriptor.close()
    }
}
