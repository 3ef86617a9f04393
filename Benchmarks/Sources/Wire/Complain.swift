#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Writes a line to standard error.
package func complain(_ message: String) {
    let line = Array("\(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
