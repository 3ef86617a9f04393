#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How many files and connections this process may have open at once.
enum DescriptorLimit {
    /// More than the product needs; a limit of millions would make programs slow that close whatever they may have open.
    private static let enough: rlim_t = 65_536

    /// Raises the soft limit to the hard one, and not beyond what is enough.
    /// - Returns: what holds now.
    static func raise() -> Int {
        #if canImport(Darwin)
            let resource = RLIMIT_NOFILE
        #else
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        if limit.rlim_cur < min(limit.rlim_max, enough) {
            let before = limit
            limit.rlim_cur = min(limit.rlim_max, enough)
            if setrlimit(resource, &limit) != 0 { limit = before }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
