/// A process, told apart from a later one that was given the same number.
package struct ProcessIdentity: Codable, Sendable, Hashable {
    package let number: Int32
    /// In the system's own units.
    let startTime: UInt64

    /// - Returns: `nil` if no such process exists or it has ended.
    init?(number: Int32) {
        guard let startTime = ProcessTable.startTime(of: number) else { return nil }
        self.number = number
        self.startTime = startTime
    }

    /// A process of which nothing is left but its number.
    init(ended number: Int32) {
        self.number = number
        startTime = 0
    }

    var isAlive: Bool { ProcessTable.startTime(of: number) == startTime }

    /// Bytes of memory in use; `nil` if the process has ended.
    var residentMemory: Int? { ProcessTable.residentMemory(of: number) }
}
