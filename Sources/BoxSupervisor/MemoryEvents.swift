import FoundationEssentials

/// What the kernel tells of the memory of the control group that this process is in (cgroups(7)).
enum MemoryEvents {
    /// Version 2 and version 1, as a container sees its own.
    private static let files = ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"]

    /// How many processes were killed for want of memory; 0 where nobody tells.
    static var kills: Int {
        for file in files {
            guard let data = FileManager.default.contents(atPath: file) else { continue }
            let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
            if let line = lines.first(where: { $0.hasPrefix("oom_kill ") }) { return Int(line.dropFirst(9)) ?? 0 }
        }
        return 0
    }
}
