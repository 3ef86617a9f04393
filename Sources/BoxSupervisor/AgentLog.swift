import SystemPackage

/// What an agent prints: `agent.log` in its folder, and the part before it in `agent.log.1`.
struct AgentLog {
    let path: FilePath

    /// - Returns: a descriptor that appends, so that the file may be shortened under the one who writes.
    /// - Throws: an `Errno`.
    func open() throws -> FileDescriptor {
        try FileDescriptor.open(
            path, .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
    }

    /// - Parameter limit: bytes.
    /// - Returns: the newest whole lines; empty if the log can't be read.
    func tail(_ limit: Int) -> String {
        guard let log = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return "" }
        defer { try? log.close() }
        var buffer = [UInt8](repeating: 0, count: limit)
        guard let size = try? log.seek(offset: 0, from: .end),
            let count = try? buffer.withUnsafeMutableBytes({
                try log.read(fromAbsoluteOffset: max(0, size - Int64(limit)), into: $0)
            })
        else { return "" }
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        guard size > limit, let start = text.firstIndex(of: "\n") else { return text }
        return String(text[text.index(after: start)...])
    }

    /// Bytes.
    var size: Int {
        guard let log = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return 0 }
        defer { try? log.close() }
        return (try? log.seek(offset: 0, from: .end)).map { Int($0) } ?? 0
    }

    /// Whether a text was printed since a position.
    func contains(_ text: String, from position: Int) -> Bool {
        let printed = size
        // It was emptied meanwhile: all that is left is later.
        return tail(printed < position ? printed : printed - position + 1).contains(text)
    }

    /// Copies what was printed since a position; from the beginning of a log that was emptied meanwhile.
    /// - Returns: the position that is reached.
    func copy(to output: FileDescriptor, from position: Int) -> Int {
        guard let log = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return 0 }
        defer { try? log.close() }
        guard let size = try? log.seek(offset: 0, from: .end) else { return position }
        var position = size < position ? 0 : position
        var buffer = [UInt8](repeating: 0, count: 16384)
        while position < size,
            let count = try? buffer.withUnsafeMutableBytes({ try log.read(fromAbsoluteOffset: Int64(position), into: $0) }),
            count > 0, (try? output.writeAll(buffer[..<count])) != nil
        {
            position += count
        }
        return position
    }

    /// Moves the newest `limit` bytes to `agent.log.1` and empties the file, if it has grown beyond `limit` bytes.
    /// - Throws: an `Errno`.
    func trim(to limit: Int) throws {
        let log = try FileDescriptor.open(path, .readWrite, options: .closeOnExec)
        try log.closeAfter {
            let size = try log.seek(offset: 0, from: .end)
            guard size > limit else { return }
            let older = try FileDescriptor.open(
                FilePath(path.string + ".1"), .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: .ownerReadWrite)
            try older.closeAfter {
                var buffer = [UInt8](repeating: 0, count: 65536)
                var position = size - Int64(limit)
                while position < size {
                    let count = try buffer.withUnsafeMutableBytes { try log.read(fromAbsoluteOffset: position, into: $0) }
                    guard count > 0 else { break }
                    try older.writeAll(buffer[..<count])
                    position += Int64(count)
                }
            }
            try log.resize(to: 0)
        }
    }
}
