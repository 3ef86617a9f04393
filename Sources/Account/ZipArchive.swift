import Core
import FoundationEssentials

/// A ZIP archive whose files are stored as they are (APPNOTE.TXT 6.3.10, https://pkware.com/webdocs/casestudies/APPNOTE.TXT).
struct ZipArchive {
    private static let storing: UInt16 = 0
    /// Version 2.0 of the format.
    private static let version: UInt16 = 20
    /// Names are in UTF-8.
    private static let flags: UInt16 = 1 << 11

    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0
    private let time: UInt16
    private let date: UInt16

    init(modifiedAt moment: Timestamp) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: moment.date)
        let (hour, minute, second) = (parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
        time = UInt16(hour << 11) | UInt16(minute << 5) | UInt16(second / 2)
        let (year, month, day) = (max(parts.year ?? 1980, 1980) - 1980, parts.month ?? 1, parts.day ?? 1)
        date = UInt16(year << 9) | UInt16(month << 5) | UInt16(day)
    }

    /// - Throws: ``DomainError`` with the code `export_too_large`: what has no 64-bit fields ends at 4 GiB.
    mutating func add(_ name: String, _ content: [UInt8]) throws(DomainError) {
        guard let size = UInt32(exactly: content.count), let offset = UInt32(exactly: bytes.count),
            bytes.count + content.count < Int(UInt32.max), count < .max
        else { throw DomainError(.invalid, code: "export_too_large", "There is too much for one archive.") }
        let name = Array(name.utf8)
        var common: [UInt8] = []
        for field in [Self.version, Self.flags, Self.storing, time, date] { common.append(little: field) }
        for field in [Self.checksum(content), size, size] { common.append(little: field) }
        for field in [UInt16(name.count), 0] { common.append(little: field) }
        bytes.append(little: UInt32(0x0403_4B50))
        bytes += common + name + content
        directory.append(little: UInt32(0x0201_4B50))
        directory.append(little: Self.version)
        directory += common
        // No comment, first disk, no attributes.
        directory += [UInt8](repeating: 0, count: 10)
        directory.append(little: offset)
        directory += name
        count += 1
    }

    consuming func finished() -> [UInt8] {
        let start = UInt32(truncatingIfNeeded: bytes.count)
        bytes += directory
        bytes.append(little: UInt32(0x0605_4B50))
        for field in [0, 0, count, count] as [UInt16] { bytes.append(little: field) }
        for field in [UInt32(directory.count), start] { bytes.append(little: field) }
        bytes.append(little: UInt16(0))
        return bytes
    }

    /// CRC-32 as in ISO 3309.
    static func checksum(_ content: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in content {
            let index = Int((sum ^ UInt32(byte)) & 0xFF)
            sum = (sum >> 8) ^ table[index]
        }
        return ~sum
    }

    private static let table: [UInt32] = (0..<256).map { number in
        var value = UInt32(number)
        for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : (value >> 1) ^ 0xEDB8_8320 }
        return value
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger>(little number: Number) {
        for byte in 0..<Number.bitWidth / 8 { append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
    }
}
