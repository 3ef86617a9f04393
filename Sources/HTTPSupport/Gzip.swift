import CZlib

enum Gzip {
    /// At the best ratio, for what is compressed once and sent often.
    /// - Returns: a gzip file (RFC 1952).
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        // 16 on top of the window's bits asks for gzip's head and trailer.
        let status = deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib can't start")
        defer { deflateEnd(&stream) }
        var input = bytes
        return input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(input.count)))) { output, count in
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let status = deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "the bound is enough")
                count = output.count - Int(stream.avail_out)
            }
        }
    }
}
