import Core
import Crypto
import Testing

@testable import HostDesk

/// Against the matrices of another program, the Python package qrcode 8 (error correction L, mask 0, bytes).
struct QRCodeTests {
    private static let small = """
        #######..#.##.#######
        #.....#..###..#.....#
        #.###.#.##.##.#.###.#
        #.###.#..#.#..#.###.#
        #.###.#...#.#.#.###.#
        #.....#.....#.#.....#
        #######.#.#.#.#######
        ........##.##........
        ###.########.##...#..
        #.##....#.....#...##.
        .#.####..##.#...#...#
        .#.##...##....#...#..
        ..##.##.#...#.#.#.#.#
        ........#..#.#.#.#.#.
        #######.#.##.###.####
        #.....#.######.###...
        #.###.#.##.#.###.##.#
        #.###.#..##...#...##.
        #.###.#.##..#...#...#
        #.....#.#.....#...##.
        #######.###.#.#.#.###
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

    /// Lengths of texts of one letter, and the SHA-256 of their matrices; -1 is the address.
    @Test(arguments: [
        (-1, "55127c902d570f64215002d8e0ab6fbf7ddf2b9c37b4b96f65c3aacf11eea807"),
        (154, "e22e38d1f2524b62e5436971ff147cce590e88b486b4f8050a507fcd2890a509"),
        (155, "32233179c36a54addef0430463b8725408e7e0fec86095e6194a78b26537163a"),
        (231, "0b82fe9c2f1d6781a863eaa9315ec04d6ea154d06bffc770f057e276c71cb786"),
        (300, "b4c76a8d14547f79f3fef57ac25bb07a6ce85d46b03439732edac5d58356d500"),
        (425, "579abdddd572b992eeed8b1b93e8637373dac0d504d7397230b181742acb7239"),
    ])
    func longTextsAreCodesOfMoreBlocks(length: Int, hash: String) throws {
        let text = length < 0 ? Self.address : String(repeating: "A", count: length)
        let matrix = try #require(self.matrix(text))
        #expect(SHA256.hash(data: Array(matrix.utf8)).hexadecimal == hash)
    }

    @Test func whatIsTooLongHasNone() {
        #expect(QRCode(String(repeating: "A", count: 426)) == nil)
    }

    @Test func thePathHasASquareForEachDarkModule() throws {
        let code = try #require(QRCode("A"))
        let count = Self.small.count { $0 == "#" }
        #expect(code.path.matches(of: /M[0-9]+ [0-9]+h1v1h-1z/).count == count)
    }
}
