import Core
import Crypto
import Testing

@testable import Web

/// Against the matrices of another program, the Python package qrcode 8 (error correction M, bytes, the same mask). That others
/// can read them is tested in Tests/Peers.
struct QRCodeTests {
    private static let small = """
        #######.##.#..#######
        #.....#..##...#.....#
        #.###.#..####.#.###.#
        #.###.#.###...#.###.#
        #.###.#.###.#.#.###.#
        #.....#.####..#.....#
        #######.#.#.#.#######
        ........#.###........
        #...#.###..#.#####..#
        ..#.#...#..##..#.#.##
        ####.##...##..#####..
        ###....#.#...##.#.##.
        ###.#####...###...###
        ........#.#.###...###
        #######.##..##.....#.
        #.....#..####..#.#.#.
        #.###.#.####..#######
        #.###.#..#.##..#.#.##
        #.###.#....#..#####..
        #.....#..#...##.#.#..
        #######.#.#.###...#.#
        """

    private static let address =
        "otpauth://totp/openclaw-cloud:host%40claw.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=openclaw-cloud"
        + "&algorithm=SHA1&digits=6&period=30"

    private func matrix(_ text: String) -> String? {
        QRCode(text).map { code in
            (0..<code.size).map { row in
                (0..<code.size).map { code[row, $0] ? "#" : "." }.joined()
            }.joined(separator: "\n")
        }
    }

    @Test func aLetterIsTheSmallestCode() {
        #expect(matrix("A") == Self.small)
    }

    private static let link = "https://t.me/openclaw_manager_bot?start=abcdefgh2345"

    /// Texts, or lengths of those of one letter, and the SHA-256 of their matrices.
    @Test(arguments: [
        (link, "90d8a541677925a57653b164481171b222557469b486ac67c0c7ef95a84968b9"),
        (address, "40e416b19ea5c53f4ee074b342b768a1423b1a6e0bc0a952520ddefd91130fdd"),
        ("14", "01a1fdb53303caa0dde5ac464ea38f447b4d32997a4a0cb1b1a37486c692a26b"),
        ("15", "f8d4925572be1fa42e6e670b911125aab2fb2f816020f82caf03a3695efd1a29"),
        ("62", "73721f9084ef08771624c5d7c4f8089182c2b801034c69d6508c2275c5e50771"),
        ("180", "4e6384e51bbdb4465d3976905271b8376d41419749a01482769c529a577466bc"),
        ("181", "5827c3a324801317f21a45f01ac7b752f4104e6bd7f7e1494d5ef1b7fa96f2d2"),
        ("331", "9b9c274c05b6678b99e723a3efdbefc7e7fb308789ee26711f7499773bc80334"),
    ])
    func longTextsAreCodesOfMoreBlocks(what: String, hash: String) throws {
        let text = Int(what).map { String(repeating: "A", count: $0) } ?? what
        let matrix = try #require(self.matrix(text))
        #expect(SHA256.hash(data: Array(matrix.utf8)).hexadecimal == hash)
    }

    @Test func whatIsTooLongHasNone() {
        #expect(QRCode(String(repeating: "A", count: 332)) == nil)
    }

    @Test func thePathDrawsEachDarkModuleOnce() throws {
        let code = try #require(QRCode("A"))
        let lengths = code.path.matches(of: /M[0-9]+ [0-9]+h([0-9]+)v1h-([0-9]+)z/).map { match in
            #expect(match.1 == match.2)
            return Int(match.1) ?? 0
        }
        #expect(lengths.reduce(0, +) == Self.small.count { $0 == "#" })
    }

    @Test func aPictureHasRoomAroundIt() throws {
        let picture = try #require(QRPicture("A"))
        #expect(picture.frame == 29 && picture.path == QRCode("A")?.path)
    }
}
