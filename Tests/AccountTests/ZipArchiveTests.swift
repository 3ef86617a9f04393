import Core
import FoundationEssentials
import TestSupport
import Testing

@testable import Account

struct ZipArchiveTests {
    /// The check value of CRC-32: https://reveng.sourceforge.io/crc-catalogue/all.htm#crc.cat.crc-32-iso-hdlc
    @Test func checksumsAreThoseOfTheStandard() {
        #expect(ZipArchive.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test func aFileIsFoundThroughTheDirectory() throws {
        var archive = ZipArchive(modifiedAt: testNow)
        try archive.add("a.txt", Array("first".utf8))
        try archive.add("b.txt", Array("second".utf8))
        let bytes = archive.finished()
        func number(_ offset: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        let end = bytes.count - 22
        #expect(number(end, 4) == 0x0605_4B50 && number(end + 10, 2) == 2)
        let directory = number(end + 16, 4)
        #expect(number(directory, 4) == 0x0201_4B50 && directory + number(end + 12, 4) == end)
        let second = directory + 46 + 5
        let file = number(second + 42, 4)
        #expect(String(decoding: bytes[file + 30..<file + 41], as: UTF8.self) == "b.txtsecond")
    }
}

struct DeviceTests {
    @Test(arguments: [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows"
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", ""), ("", ""),
    ])
    func aBrowserIsNamedAsItsOwnerKnowsIt(_ userAgent: String, _ name: String) {
        #expect(Device.name(userAgent: userAgent) == name)
    }
}
