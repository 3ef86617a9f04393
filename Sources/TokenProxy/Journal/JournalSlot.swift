import Core

/// One call in the journal: a reservation, completed by a settlement, and then marked as booked. Pure layout.
///
/// Each half carries a checksum of its own and counts only with it, so a half that a crash cut short is as if it had never
/// been begun. All numbers are little-endian.
///
/// | bytes | |
/// |---|---|
/// | 0 | checksum of 8..<144 |
/// | 8, 24, 40 | request, customer, box: 128 bits each |
/// | 56, 64 | start of the billing period, time of the reservation: milliseconds |
/// | 72, 76 | tokens reserved: the prompt's bound, the answer's cap in three bytes |
/// | 79 | what the call is made for: 0 if unknown, else its place among the causes, from 1 on |
/// | 80, 81 | the model's name: its length, and up to 63 bytes of UTF-8 |
/// | 144 | checksum of 152..<176 |
/// | 152 | time of the settlement: milliseconds |
/// | 160, 164, 168 | tokens used: input, the cached part of it, output |
/// | 172 | 1 if these are an estimate |
/// | 176 | 1 once the call is booked |
/// | 184 | 1 as long as nothing of the call has left for the upstream |
enum JournalSlot {
    static let size = 192
    static let longestModel = 63
    private static let mostOutput = 0xFF_FFFF
    private static let reservation = 8..<144
    private static let settlement = 152..<176

    // MARK: Writing

    static func write(_ reservation: CallReservation, at slot: UnsafeMutableRawPointer) {
        slot.store(reservation.requestBits, at: 8)
        slot.store(reservation.customerBits, at: 24)
        slot.store(reservation.boxBits, at: 40)
        slot.store(reservation.periodStart.milliseconds, at: 56)
        slot.store(reservation.createdAt.milliseconds, at: 64)
        slot.store(UInt32(clamping: reservation.input), at: 72)
        slot.store(UInt32(clamping: min(reservation.output, mostOutput)) | number(of: reservation.cause) << 24, at: 76)
        var length = 0
        for byte in reservation.model.utf8.prefix(longestModel) {
            slot.storeBytes(of: byte, toByteOffset: 81 + length, as: UInt8.self)
            length += 1
        }
        slot.storeBytes(of: UInt8(length), toByteOffset: 80, as: UInt8.self)
        slot.store(UInt64(1), at: 184)
        slot.store(checksum(UnsafeRawPointer(slot), Self.reservation), at: 0)
    }

    static func write(_ usage: TokenUsage, isEstimated: Bool, now: Timestamp, at slot: UnsafeMutableRawPointer) {
        slot.store(now.milliseconds, at: 152)
        slot.store(UInt32(clamping: usage.input), at: 160)
        slot.store(UInt32(clamping: usage.cached), at: 164)
        slot.store(UInt32(clamping: usage.output), at: 168)
        slot.store(UInt32(isEstimated ? 1 : 0), at: 172)
        slot.store(checksum(UnsafeRawPointer(slot), settlement), at: 144)
    }

    static func markSent(at slot: UnsafeMutableRawPointer) {
        slot.store(UInt64(0), at: 184)
    }

    static func markBooked(at slot: UnsafeMutableRawPointer) {
        slot.store(UInt64(1), at: 176)
    }

    // MARK: Reading

    enum State: Hashable {
        case empty
        /// Open: what it used is not known, but that it is nothing if it was never sent.
        case reserved(CallReservation, isSent: Bool)
        case settled(CallReservation, TokenUsage, isEstimated: Bool, at: Timestamp)
        case booked
    }

    static func read(_ slot: UnsafeRawPointer) -> State {
        guard slot.load(UInt64.self, at: 0) == checksum(slot, reservation) else { return .empty }
        if slot.load(UInt64.self, at: 176) == 1 { return .booked }
        let name = UnsafeRawBufferPointer(start: slot + 81, count: min(Int(slot.load(UInt8.self, at: 80)), longestModel))
        let reserved = CallReservation(
            requestBits: slot.load(UInt128.self, at: 8), customerBits: slot.load(UInt128.self, at: 24),
            boxBits: slot.load(UInt128.self, at: 40), model: String(decoding: name, as: UTF8.self),
            periodStart: Timestamp(milliseconds: slot.load(Int64.self, at: 56)),
            input: Int(slot.load(UInt32.self, at: 72)), output: Int(slot.load(UInt32.self, at: 76)) & mostOutput,
            createdAt: Timestamp(milliseconds: slot.load(Int64.self, at: 64)),
            cause: cause(slot.load(UInt32.self, at: 76) >> 24))
        guard slot.load(UInt64.self, at: 144) == checksum(slot, settlement) else {
            return .reserved(reserved, isSent: slot.load(UInt64.self, at: 184) == 0)
        }
        let usage = TokenUsage(
            input: Int(slot.load(UInt32.self, at: 160)), cached: Int(slot.load(UInt32.self, at: 164)),
            output: Int(slot.load(UInt32.self, at: 168)))
        return .settled(
            reserved, usage, isEstimated: slot.load(UInt32.self, at: 172) == 1,
            at: Timestamp(milliseconds: slot.load(Int64.self, at: 152)))
    }

    /// In the order of the journal; only ever to be added to.
    private static func number(of cause: UsageCause?) -> UInt32 {
        switch cause {
        case nil: 0
        case .message: 1
        case .tool: 2
        case .resumed: 3
        case .background: 4
        case .transcription: 5
        }
    }

    private static func cause(_ number: UInt32) -> UsageCause? {
        UsageCause.allCases.first { self.number(of: $0) == number }
    }

    /// Never zero, so that an empty slot has none that fits.
    private static func checksum(_ slot: UnsafeRawPointer, _ range: Range<Int>) -> UInt64 {
        var sum: UInt64 = 0x9E37_79B9_7F4A_7C15
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            sum = (sum ^ slot.load(UInt64.self, at: offset)) &* 0xFF51_AFD7_ED55_8CCD
            sum ^= sum >> 32
        }
        return sum | 1
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func store<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Number.self)
    }
}

extension UnsafeRawPointer {
    fileprivate func load<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type, at offset: Int) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
