#if os(Linux)
    import FoundationEssentials

    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif

    /// What the system tells of its processes (proc(5)).
    package enum ProcessTable {
        /// - Returns: clock ticks between the system's start and the process'; `nil` if it is gone or waits to be reaped.
        static func startTime(of process: Int32) -> UInt64? {
            guard let text = text("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
            // The name may hold anything, parentheses and blanks too; from behind it on, fields count from the third.
            let fields = text[name...].dropFirst().split(separator: " ")
            guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
            return UInt64(fields[19])
        }

        /// - Returns: bytes of a process and of those that it has started, and they again; `nil` if it is gone.
        static func residentMemory(of process: Int32) -> Int? {
            guard let own = ownMemory(of: process) else { return nil }
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
            return threads.reduce(own) { sum, thread in
                let children = text("/proc/\(process)/task/\(thread)/children") ?? ""
                return children.split(separator: " ").compactMap { Int32($0) }.reduce(sum) {
                    $0 + (residentMemory(of: $1) ?? 0)
                }
            }
        }

        private static func ownMemory(of process: Int32) -> Int? {
            guard let text = text("/proc/\(process)/status"),
                let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
            else { return nil }
            return line.split(separator: " ").dropLast().last.flatMap { Int($0) }.map { $0 * 1024 }
        }

        /// - Parameter entry: `NAME=value`.
        /// - Returns: the numbers of this user's processes that were started with `entry` in their environment.
        package static func processes(withEnvironment entry: String) -> [Int32] {
            let entry = Array(entry.utf8)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap { Int32($0) }.filter { process in
                guard let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ") else {
                    return false
                }
                return environment.split(separator: 0).contains { $0.elementsEqual(entry) }
            }
        }

        /// Takes note of the end of processes whose parents have ended before them, which is the task of a system's first process.
        /// Those of this process' own session are waited for by whoever started them.
        /// - Parameter child: so is this one.
        static func reapStrangers(except child: Int32) {
            guard getpid() == 1 else { return }
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/1/task")) ?? []
            for thread in threads {
                for number in (text("/proc/1/task/\(thread)/children") ?? "").split(separator: " ").compactMap({ Int32($0) })
                where number != child && getsid(number) != getsid(0) && startTime(of: number) == nil {
                    _ = waitpid(number, nil, WNOHANG)
                }
            }
        }

        private static func text(_ path: String) -> String? {
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
    }
#endif
