import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HTTPSupport

struct StaticContentTests {
    private static let text = String(repeating: "So is the whole page, which says much the same again. ", count: 40)

    @Test(arguments: [
        ("gzip", true), ("gzip, deflate, br", true), ("GZIP;q=0.5", true), ("*", true), ("x-gzip", true),
        ("br;q=1, *;q=0.1", true),
        ("br", false), ("gzip;q=0", false), ("gzip; q=0.0, *", false), ("*;q=0", false), ("identity", false), ("", false),
    ])
    func isCompressedForThoseWhoTakeIt(_ accepted: String, _ isCompressed: Bool) async throws {
        let answer = try await answer(Self.text, [.acceptEncoding: accepted])
        #expect(answer.headers[.contentEncoding] == (isCompressed ? "gzip" : nil))
        #expect(answer.headers[.vary] == "Cookie, Accept-Encoding")
        let bytes = Array(answer.body.readableBytesView)
        #expect(try (isCompressed ? gunzip(bytes) : bytes) == Array(Self.text.utf8))
    }

    @Test func isNotSentAgain() async throws {
        for encoding in ["", "gzip"] {
            let first = try await answer(Self.text, [.acceptEncoding: encoding])
            let etag = try #require(first.headers[.eTag])
            for known in [etag, "W/\(etag)", "\"other\", \(etag)", "*"] {
                let again = try await answer(Self.text, [.acceptEncoding: encoding, .ifNoneMatch: known])
                #expect(again.status == .notModified)
                #expect(again.body.readableBytes == 0)
                #expect(again.headers[.eTag] == etag)
                #expect(again.headers[.cacheControl] == "no-cache")
            }
        }
    }

    @Test func anotherFormOrContentIsSent() async throws {
        let plain = try #require(try await answer(Self.text, [:]).headers[.eTag])
        let gzipped = try #require(try await answer(Self.text, [.acceptEncoding: "gzip"]).headers[.eTag])
        #expect(plain != gzipped)
        #expect(try await answer(Self.text, [.acceptEncoding: "gzip", .ifNoneMatch: plain]).status == .ok)
        #expect(try await answer(Self.text + "!", [.ifNoneMatch: plain]).status == .ok)
    }

    @Test func whatWouldNotGetSmallerStaysAsItIs() async throws {
        let answer = try await answer("ab", [.acceptEncoding: "gzip"])
        #expect(answer.headers[.contentEncoding] == nil)
        #expect(answer.headers[.vary] == "Cookie")
        #expect(String(buffer: answer.body) == "ab")
    }

    @Test func compressesNothingAtAll() throws {
        #expect(try gunzip(Gzip.compress([])).isEmpty)
    }

    private func answer(_ text: String, _ headers: HTTPFields) async throws -> TestResponse {
        let content = StaticContent(Array(text.utf8), headers: [.cacheControl: "no-cache", .vary: "Cookie"])
        let router = Router()
        router.get("/") { request, _ in content.response(to: request) }
        return try await Application(router: router).test(.router) {
            try await $0.execute(uri: "/", method: .get, headers: headers) { $0 }
        }
    }

    /// As an independent program reads it.
    private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
        try input.fileHandleForWriting.close()
        let read = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(read)
    }
}
