import ServiceLifecycle

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Ends the process some time after it was told to stop, whatever still keeps it: the kernel does it, which needs no thread,
/// no memory and no descriptor of ours. Nothing is lost by that: see docs/operations.md.
struct ShutdownDeadline: Service {
    /// In seconds.
    let seconds: UInt32

    func run() async throws {
        try? await gracefulShutdown()
        alarm(seconds)
    }
}
