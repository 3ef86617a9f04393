package import AsyncHTTPClient
import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Brings a file to an object of an S3-compatible store, or an object into a file, by a URL that is its own credential.
///
/// Nothing of the URL is ever shown, and nothing that a store answers but its error's code: both may hold what others could use.
package struct ObjectTransfer {
    private let url: Secret
    private let client: HTTPClient
    /// Before each further attempt.
    private let delays: [Duration]

    /// What went wrong. Each has an exit code of its own, as sysexits.h has them.
    package enum Failure: Error, CustomStringConvertible {
        case noURL
        /// - Parameter path: of the file that can't be read or written.
        case file(path: String, Errno)
        /// Asking again wouldn't help.
        case refused(status: UInt, code: String?)
        case unavailable(String)

        package var exitCode: Int32 {
            switch self {
            case .noURL: 78  // EX_CONFIG
            case .file: 74  // EX_IOERR
            case .refused: 77  // EX_NOPERM
            case .unavailable: 69  // EX_UNAVAILABLE
            }
        }

        package var description: String {
            switch self {
            case .noURL: "BACKUP_URL must hold the presigned http:// or https:// URL of an object"
            case .file(let path, let error): "\(path): \(error)"
            case .refused(let status, let code): "the store refused it: \(status)\(code.map { " " + $0 } ?? "")"
            case .unavailable(let reason): "the store can't be reached: \(reason)"
            }
        }
    }

    /// - Throws: ``Failure`` if it is no URL of a store.
    package init(
        url: String?, client: HTTPClient, delays: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]
    ) throws(Failure) {
        guard let url, url.hasPrefix("http://") || url.hasPrefix("https://") else { throw .noURL }
        self.url = Secret(url)
        self.client = client
        self.delays = delays
    }

    /// What a transfer needs of a client; it must be shut down.
    package static func client() -> HTTPClient {
        var settings = HTTPClient.Configuration()
        settings.timeout = .init(connect: .seconds(10), read: .seconds(120), write: .seconds(120))
        settings.redirectConfiguration = .disallow
        settings.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// - Returns: bytes.
    /// - Throws: ``Failure``; `CancellationError`.
    package func upload(_ path: String) async throws -> Int64 {
        let size = try FileChunks(path: path).size
        try await repeating {
            var request = HTTPClientRequest(url: url.reveal())
            request.method = .PUT
            request.headers.add(name: "Content-Type", value: "application/gzip")
            request.body = .stream(try FileChunks(path: path), length: .known(size))
            try await check(try await client.execute(request, timeout: Self.limit))
        }
        return size
    }

    /// - Parameter path: of the file that the object's content goes into; it isn't there before all of it has come.
    /// - Returns: bytes.
    /// - Throws: ``Failure``; `CancellationError`.
    package func download(to path: String) async throws -> Int64 {
        let draft = path + ".part"
        var size: Int64 = 0
        try await repeating {
            let response = try await client.execute(HTTPClientRequest(url: url.reveal()), timeout: Self.limit)
            try await check(response)
            size = try await write(response.body, to: draft)
            if let announced = response.headers.first(name: "Content-Length").flatMap({ Int64($0) }), announced != size {
                throw Failure.unavailable("it sent \(size) of \(announced) bytes")
            }
        }
        try FileChunks.orFailure(path) {
            guard rename(draft, path) == 0 else { throw Errno(rawValue: errno) }
        }
        return size
    }

    /// Less than the job may take in which this runs.
    private static let limit = TimeAmount.minutes(14)

    private func write(_ body: HTTPClientResponse.Body, to path: String) async throws -> Int64 {
        let file = try FileChunks.orFailure(path) {
            try SystemPackage.FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        }
        defer { try? file.close() }
        var size: Int64 = 0
        for try await chunk in body {
            try FileChunks.orFailure(path) { _ = try file.writeAll(chunk.readableBytesView) }
            size += Int64(chunk.readableBytes)
        }
        try FileChunks.orFailure(path) {
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
        return size
    }

    /// Once more after what may pass: a store that can't be reached, or that has a fault of its own.
    private func repeating(_ body: () async throws -> Void) async throws {
        for delay in delays.map(Optional.some) + [nil] {
            do {
                return try await body()
            } catch let error as Failure {
                guard case .unavailable = error, let delay else { throw error }
                try await Task.sleep(for: delay)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                guard let delay else { throw Failure.unavailable(Self.words(error)) }
                try await Task.sleep(for: delay)
            }
        }
    }

    /// The HTTP client's own errors have short names; what others say could hold the URL.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case let error as NIOConnectionError: "no connection to \(error.host)"
        default: "\(type(of: error))"
        }
    }

    private func check(_ response: HTTPClientResponse) async throws {
        let status = response.status
        if (200..<300).contains(status.code) { return }
        let text = (try? await response.body.collect(upTo: 1 << 16)).map { String(buffer: $0) } ?? ""
        // <Error><Code>AccessDenied</Code>… (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)
        let code = text.firstMatch(of: /<Code>([A-Za-z]{1,64})<\/Code>/).map { String($0.1) }
        if status.code >= 500 || status == .tooManyRequests {
            throw Failure.unavailable("\(status.code)\(code.map { " " + $0 } ?? "")")
        }
        throw Failure.refused(status: status.code, code: code)
    }
}
