#if canImport(Darwin)
    import Darwin

    /// What the system tells of its processes (sysctl(3), libproc.h).
    package enum ProcessTable {
        /// - Returns: microseconds since 1970; `nil` if it is gone or waits to be reaped.
        static func startTime(of process: Int32) -> UInt64? {
            var information = kinfo_proc()
            var size = MemoryLayout<kinfo_proc>.stride
            var name = [CTL_KERN, KERN_PROC, KERN_PROC_PID, process]
            guard sysctl(&name, UInt32(name.count), &information, &size, nil, 0) == 0, size > 0,
                information.kp_proc.p_stat != SZOMB
            else { return nil }
            let start = information.kp_proc.p_un.__p_starttime
            return UInt64(start.tv_sec) * 1_000_000 + UInt64(start.tv_usec)
        }

        /// - Returns: bytes.
        static func residentMemory(of process: Int32) -> Int? {
            var usage = rusage_info_v2()
            let result = withUnsafeMutablePointer(to: &usage) { pointer in
                pointer.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) {
                    proc_pid_rusage(process, RUSAGE_INFO_V2, $0)
                }
            }
            return result == 0 ? Int(usage.ri_resident_size) : nil
        }

        /// Only a system's first process has to.
        static func reapStrangers(except child: Int32) {}

        /// - Parameter entry: `NAME=value`.
        /// - Returns: the numbers of this user's processes that were started with `entry` in their environment.
        package static func processes(withEnvironment entry: String) -> [Int32] {
            let entry = Array(entry.utf8)
            var numbers = [Int32](repeating: 0, count: Int(max(0, proc_listallpids(nil, 0))) + 64)
            let count = proc_listallpids(&numbers, Int32(numbers.count * MemoryLayout<Int32>.stride))
            return numbers.prefix(Int(max(0, count))).filter { process in
                // The arguments and the environment, each ending with a zero byte.
                var name = [CTL_KERN, KERN_PROCARGS2, process]
                var size = 0
                guard sysctl(&name, UInt32(name.count), nil, &size, nil, 0) == 0, size > 0 else { return false }
                var bytes = [UInt8](repeating: 0, count: size)
                guard sysctl(&name, UInt32(name.count), &bytes, &size, nil, 0) == 0 else { return false }
                return bytes.prefix(size).split(separator: 0).contains { $0.elementsEqual(entry) }
            }
        }
    }
#endif
