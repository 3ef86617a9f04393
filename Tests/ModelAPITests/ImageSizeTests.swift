import ModelAPI
import Testing

struct ImageSizeTests {
    /// Each ends with the last byte of the size.
    private static let samples: [([UInt8], ImageSize)] = [
        (png(width: [0, 0, 0x07, 0x80], height: [0, 0, 0x04, 0x38]), ImageSize(width: 1920, height: 1080)),
        (
            png(width: [0xFF, 0xFF, 0xFF, 0xFF], height: [0xFF, 0xFF, 0xFF, 0xFF]),
            ImageSize(width: 4_294_967_295, height: 4_294_967_295)
        ),
        // Baseline and progressive, behind other segments, a restart marker and fill bytes.
        (jpeg([0xFF, 0xC0]), ImageSize(width: 1920, height: 1080)),
        (jpeg([0xFF, 0xE0, 0, 4, 0xFF, 0xC0, 0xFF, 0xC4, 0, 2, 0xFF, 0xC2]), ImageSize(width: 1920, height: 1080)),
        (jpeg([0xFF, 0xD0, 0xFF, 0xFF, 0xFF, 0xC1]), ImageSize(width: 1920, height: 1080)),
        (gif(flags: 0, frame: [0, 0, 0, 0, 1, 0, 1, 0]), ImageSize(width: 320, height: 240)),
        // With two colours, a comment of two blocks, and a frame that goes beyond the screen.
        (
            gif(flags: 0x80, blocks: [1, 2, 3, 4, 5, 6, 0x21, 0xFE, 1, 9, 2, 9, 9, 0], frame: [64, 1, 0, 0, 64, 1, 44, 1]),
            ImageSize(width: 640, height: 300)
        ),
        // The upper two bits of a side only say how it may be scaled.
        (
            webP("VP8 ", [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x47, 0x38, 0x84]),
            ImageSize(width: 1920, height: 1080)
        ),
        (webP("VP8L", [0x2F, 0x7F, 0xC7, 0x0D, 0x01]), ImageSize(width: 1920, height: 1080)),
        (webP("VP8X", [0, 0, 0, 0, 0x7F, 0x07, 0, 0x37, 0x04, 0]), ImageSize(width: 1920, height: 1080)),
    ]

    @Test(arguments: ImageSizeTests.samples)
    func readsTheSizeOfEachFormat(_ bytes: [UInt8], _ size: ImageSize) {
        #expect(ImageSize(bytes) == size)
        #expect(ImageSize(bytes + [0xFF, 0, 0xFF]) == size)
    }

    @Test(arguments: ImageSizeTests.samples)
    func readsNoSizeFromAFileThatEndsBeforeIt(_ bytes: [UInt8], _ size: ImageSize) {
        for length in 0..<bytes.count { #expect(ImageSize(bytes.prefix(length)) == nil, "\(length) bytes of \(size)") }
    }

    private static let others: [[UInt8]] = [
        // No picture, one of another format, and what only begins like one.
        [UInt8](repeating: 0, count: 64),
        ascii("<svg xmlns='http://www.w3.org/2000/svg'/>"),
        joined(ascii("GIF88a"), [UInt8](repeating: 1, count: 32)),
        ascii("RIFF....WAVEfmt ................"),
        ascii("RIFF....WEBPALPH................"),
        // Without a width, without a height.
        png(width: [0, 0, 0, 0], height: [0, 0, 0, 1]),
        png(width: [0, 0, 0, 1], height: [0, 0, 0, 0]),
        // Segments shorter than their own length, and something between two of them.
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF, 0xC0, 0, 17, 8, 1, 1, 1, 1],
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xC0, 0, 17, 8, 1, 1, 1, 1],
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 2, 0x00, 0xFF, 0xC0, 0, 17, 8, 1, 1, 1, 1],
        // The picture itself has begun, or ended.
        [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0xFF, 0xC0, 0, 17, 8, 1, 1, 1, 1],
        [0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xC0, 0, 17, 8, 1, 1, 1, 1],
        joined([0xFF, 0xD8], [UInt8](repeating: 0xFF, count: 1000)),
    ]

    @Test(arguments: ImageSizeTests.others)
    func readsNoSizeFromAnythingElse(_ bytes: [UInt8]) {
        #expect(ImageSize(bytes) == nil)
    }

    private static func png(width: [UInt8], height: [UInt8]) -> [UInt8] {
        joined([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13], ascii("IHDR"), width, height)
    }

    /// - Parameter segments: up to and including the marker of the frame, which has 1920 by 1080 pixels.
    private static func jpeg(_ segments: [UInt8]) -> [UInt8] {
        joined([0xFF, 0xD8], segments, [0, 17, 8, 0x04, 0x38, 0x07, 0x80])
    }

    /// A screen of 320 by 240 pixels.
    private static func gif(flags: UInt8, blocks: [UInt8] = [], frame: [UInt8]) -> [UInt8] {
        joined(ascii("GIF89a"), [64, 1, 240, 0, flags, 0, 0], blocks, [0x2C], frame)
    }

    private static func webP(_ chunk: String, _ data: [UInt8]) -> [UInt8] {
        joined(ascii("RIFF....WEBP"), ascii(chunk), [0, 0, 0, 0], data)
    }

    private static func ascii(_ text: String) -> [UInt8] {
        Array(text.utf8)
    }

    private static func joined(_ parts: [UInt8]...) -> [UInt8] {
        parts.flatMap { $0 }
    }
}
