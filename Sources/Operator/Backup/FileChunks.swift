import NIOCore
import SystemPackage

/// A file's content, piece by piece: a state may be larger than the memory that a backup has.
struct FileChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private static let chunk = 1 << 18

    let path: String
    /// Bytes.
    let size: Int64

    /// - Throws: ``ObjectTransfer/Failure`` if there is no such file.
    init(path: String) throws(ObjectTransfer.Failure) {
        self.path = path
        size = try Self.orFailure(path) {
            let file = try SystemPackage.FileDescriptor.open(FilePath(path), .readOnly)
            return try file.closeAfter { try file.seek(offset: 0, from: .end) }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(path: path) }

    /// Reads without leaving its thread: nothing else waits in a program that only uploads a file.
    struct Iterator: AsyncIteratorProtocol {
        let path: String
        private var file: OpenFile?

        init(path: String) {
            self.path = path
        }

        mutating func next() async throws -> ByteBuffer? {
            try FileChunks.orFailure(path) {
                if file == nil { file = OpenFile(try SystemPackage.FileDescriptor.open(FilePath(path), .readOnly)) }
                guard let file else { return nil }
                var buffer = ByteBuffer()
                let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: FileChunks.chunk) {
                    try file.descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: $0.prefix(FileChunks.chunk)))
                }
                return count == 0 ? nil : buffer
            }
        }
    }

    /// Closes the file when nobody reads it any more.
    private final class OpenFile {
        let descriptor: SystemPackage.FileDescriptor

        init(_ descriptor: SystemPackage.FileDescriptor) {
            self.descriptor = descriptor
        }

        deinit { try? descriptor.close() }
    }

    /// Says which file is in trouble.
    static func orFailure<Result>(
        _ path: String, _ body: () throws -> Result
    ) throws(ObjectTransfer.Failure) -> Result {
        do {
            return try body()
        } catch let error as Errno {
            throw .file(path: path, error)
        } catch {
            throw .file(path: path, .ioError)
        }
    }
}
