/// The most tokens that a picture can take, and the bytes of the body that count for nothing because of them.
///
/// Kimi's help says 1,024 tokens for any picture (https://www.kimi.com/help/kimi-api/api-model-selection), its guide that their
/// number grows with the resolution (https://platform.kimi.ai/docs/guide/use-kimi-vision-model). Its models look at patches of
/// 14 by 14 pixels and join four of them to a token; others who serve them charge one for each patch
/// (https://docs.baseten.co/inference/model-apis/vision). What counts here is the most of all that.
struct PictureBound {
    var tokens: Int
    var bytes: Int

    private static let least = 1024
    private static let patch = 14
    /// For what marks a picture's beginning and end.
    private static let marks = 16
    /// For a picture whose size can't be read: it is in another format, or it is somewhere else. Kimi K3 scales down what has
    /// more than 65,536 patches, K2.5 and K2.6 what has more than 16,384 (`in_patch_limit` in `preprocessor_config.json` of
    /// https://huggingface.co/moonshotai); 4096 by 2160 pixels, of which the guide speaks, have 45,415.
    private static let unread = 65_536
    /// Characters of base64. Cameras put up to some hundred kilobytes in front of a JPEG's size.
    private static let mostSearched = 1 << 20

    static let nothing = PictureBound(tokens: 0, bytes: 0)
    /// A picture that isn't in the body.
    static let elsewhere = PictureBound(tokens: unread, bytes: 0)

    /// - Parameter url: what stands between the quotes.
    init(url: UnsafeRawBufferPointer) {
        self.init(base64: Self.base64(of: url), bytes: url.count)
    }

    /// - Parameter base64: what stands between the quotes.
    init(base64: UnsafeRawBufferPointer) {
        self.init(base64: base64, bytes: base64.count)
    }

    private init(base64: UnsafeRawBufferPointer?, bytes: Int) {
        let size = base64.flatMap { text in
            ImageSize(Base64Bytes(UnsafeRawBufferPointer(rebasing: text.prefix(Self.mostSearched))))
        }
        self.init(tokens: size.map(Self.most) ?? max(Self.unread, bytes), bytes: bytes)
    }

    private init(tokens: Int, bytes: Int) {
        self.tokens = tokens
        self.bytes = bytes
    }

    /// Sides may claim to have 2^32 pixels; the sum of all pictures must stay a number.
    private static func most(_ size: ImageSize) -> Int {
        let patches = ((size.width + patch - 1) / patch) * ((size.height + patch - 1) / patch)
        return min(max(least, patches), Int(Int32.max)) + marks
    }

    /// - Returns: what follows `data:…;base64,` (RFC 2397).
    private static func base64(of url: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard let comma = url.prefix(256).firstIndex(of: UInt8(ascii: ",")), url.prefix(5).elementsEqual("data:".utf8),
            url[..<comma].suffix(7).elementsEqual(";base64".utf8)
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: url[(comma + 1)...])
    }

    /// A part has one picture; should it have two members for it, both count.
    mutating func add(_ other: PictureBound) {
        tokens += other.tokens
        bytes += other.bytes
    }
}
