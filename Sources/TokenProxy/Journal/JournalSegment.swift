import Core
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// One file of the journal, mapped into memory: what is stored there belongs to the kernel at once, so it outlives this
/// process however that ends. What outlives the machine is what has been synchronised.
///
/// The file begins with a header of one slot: the magic number (8 bytes), at byte 32 the boot id (36 characters), at byte 72
/// the holder (26 characters).
final class JournalSegment: @unchecked Sendable {
    let path: String
    let capacity: Int
    private let descriptor: Int32
    /// Each slot is written only by the call that reserved it, on one thread at a time.
    private let memory: UnsafeMutableRawPointer
    private let length: Int
    /// Slots that were taken and are not booked yet.
    private let pending = Atomic(0)
    /// Whether something was stored since it was last synchronised.
    private let isDirty = Atomic(false)

    private static let magic: UInt64 = 0x314C_4E52_4A50_434F  // "OCPJRNL1"

    /// Makes a new file, with its room on the disk taken.
    /// - Parameter slots: how many calls it has room for.
    /// - Throws: ``JournalFault``.
    init(creating path: String, slots: Int, holder: String) throws(JournalFault) {
        let length = (slots + 1) * JournalSlot.size
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw JournalFault("can't create \(path)") }
        do {
            try Self.allocate(descriptor, length)
        } catch {
            close(descriptor)
            unlink(path)
            throw error
        }
        guard let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
            let fault = JournalFault("can't map \(path)")
            close(descriptor)
            unlink(path)
            throw fault
        }
        self.path = path
        self.capacity = slots
        self.descriptor = descriptor
        self.memory = memory
        self.length = length
        (memory + 32).copyMemory(from: Array(BootID.current.utf8.prefix(36)), byteCount: min(36, BootID.current.utf8.count))
        (memory + 72).copyMemory(from: Array(holder.utf8.prefix(26)), byteCount: min(26, holder.utf8.count))
        // Written last, so that a reader who finds it finds the rest, too.
        atomicMemoryFence(ordering: .releasing)
        memory.storeBytes(of: Self.magic.littleEndian, as: UInt64.self)
    }

    deinit {
        munmap(memory, length)
        close(descriptor)
    }

    /// Takes the room, so that the disk can't turn out to be full later.
    private static func allocate(_ descriptor: Int32, _ length: Int) throws(JournalFault) {
        #if canImport(Darwin)
            let zeros = [UInt8](repeating: 0, count: length)
            guard write(descriptor, zeros, length) == length else { throw JournalFault("no room for the journal") }
        #else
            let code = posix_fallocate(descriptor, 0, length)
            guard code == 0 else { throw JournalFault("no room for the journal", code: code) }
        #endif
    }

    // MARK: Slots

    func reserve(_ index: Int, _ reservation: CallReservation) {
        pending.add(1, ordering: .relaxed)
        JournalSlot.write(reservation, at: slot(index))
        isDirty.store(true, ordering: .releasing)
    }

    func settle(_ index: Int, _ usage: TokenUsage, isEstimated: Bool, now: Timestamp) {
        JournalSlot.write(usage, isEstimated: isEstimated, now: now, at: slot(index))
        isDirty.store(true, ordering: .releasing)
    }

    func markSent(_ index: Int) {
        JournalSlot.markSent(at: slot(index))
        isDirty.store(true, ordering: .releasing)
    }

    func markBooked(_ index: Int) {
        JournalSlot.markBooked(at: slot(index))
        pending.subtract(1, ordering: .releasing)
    }

    /// Whether nothing in it is of use any more, provided that it takes no more calls.
    var isSpent: Bool { pending.load(ordering: .acquiring) == 0 }

    private func slot(_ index: Int) -> UnsafeMutableRawPointer {
        memory + (index + 1) * JournalSlot.size
    }

    // MARK: The file

    var hasChanged: Bool { isDirty.load(ordering: .relaxed) }

    /// Brings what was stored since the last time to the disk.
    /// - Throws: ``JournalFault``.
    func synchronizeChanges() throws(JournalFault) {
        // Before: what is stored meanwhile may miss this time.
        if isDirty.exchange(false, ordering: .acquiring) { try synchronize() }
    }

    /// Brings all that was stored to the disk.
    /// - Throws: ``JournalFault``.
    func synchronize() throws(JournalFault) {
        #if canImport(Darwin)
            let code = fsync(descriptor)
        #else
            let code = fdatasync(descriptor)
        #endif
        guard code == 0 else { throw JournalFault("can't write \(path) to the disk") }
    }

    func remove() {
        unlink(path)
    }

    /// What a file of a dead process holds.
    struct Content {
        let holder: String
        let bootID: String
        let slots: [JournalSlot.State]
    }

    /// - Returns: `nil` if the file is none of the journal's, such as one that a crash kept from being begun: without its
    ///   holder it holds no call either.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Content? {
        guard bytes.count >= JournalSlot.size,
            UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) == magic
        else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self) }
        let holder = text(72..<98)
        if holder.isEmpty { return nil }
        let slots = (1..<bytes.count / JournalSlot.size).compactMap { index -> JournalSlot.State? in
            let state = JournalSlot.read(UnsafeRawPointer(bytes.baseAddress! + index * JournalSlot.size))
            return state == .empty || state == .booked ? nil : state
        }
        return Content(holder: holder, bootID: text(32..<68), slots: slots)
    }
}

/// Why the journal can't be written. Calls that it can't hold must not be forwarded.
struct JournalFault: Error, CustomStringConvertible {
    let description: String

    init(_ text: String, code: Int32 = errno) {
        description = "\(text): \(String(cString: strerror(code)))"
    }
}

/// Tells the runs of this machine apart: what a process stored without synchronising is still there in the same run.
enum BootID {
    static let current: String = {
        #if canImport(Darwin)
            var length = 64
            var text = [CChar](repeating: 0, count: length)
            guard sysctlbyname("kern.bootsessionuuid", &text, &length, nil, 0) == 0 else { return "unknown" }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #else
            guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return "unknown" }
            defer { fclose(file) }
            var text = [CChar](repeating: 0, count: 64)
            guard fgets(&text, 64, file) != nil else { return "unknown" }
            return String(decoding: text.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #endif
    }()
}
