package import AsyncHTTPClient
import FoundationEssentials
import JSON
import Kubernetes
import NIOCore
import NIOHTTP1

/// JSON over HTTP with a bearer token, as Hetzner and Cloudflare both speak it.
struct CloudAPI: Sendable, CustomStringConvertible, CustomReflectable {
    let name: String
    private let httpClient: HTTPClient
    private let baseURL: String
    private let token: String
    private let pause: Pause

    /// Waits; a test's doesn't.
    typealias Pause = @Sendable (Duration) async throws -> Void

    init(name: String, httpClient: HTTPClient, baseURL: String, token: String, pause: @escaping Pause) {
        self.name = name
        self.httpClient = httpClient
        self.baseURL = baseURL
        self.token = token
        self.pause = pause
    }

    var description: String { "\(name)(\(baseURL))" }
    var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Repeats what was refused for the moment; of what may have had an effect all the same only what is safe to repeat.
    /// - Throws: ``CloudAPIError``.
    func send(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        var delays = [1, 2, 4, 8, 15, 30, 30, 60].makeIterator()
        while true {
            let failure: CloudAPIError
            do {
                return try await sendOnce(method, path, body)
            } catch let error as CloudAPIError {
                failure = error
            }
            let isSafe = failure.isRefusal || method != .POST
            guard failure.isPassing, isSafe, let delay = delays.next() else { throw failure }
            try await pause(max(failure.retryAfter ?? .zero, .seconds(delay)))
        }
    }

    private func sendOnce(_ method: HTTPMethod, _ path: String, _ body: JSONValue?) async throws -> JSONValue {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "User-Agent", value: "openclaw-cloud")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.text()))
        }
        let response: HTTPClientResponse
        let content: ByteBuffer
        do {
            response = try await httpClient.execute(request, timeout: .seconds(60))
            content = try await response.body.collect(upTo: 8 << 20)
        } catch {
            try Task.checkCancellation()
            throw CloudAPIError(api: name, status: nil, code: "connection", message: "it can't be reached: \(error)")
        }
        let status = Int(response.status.code)
        let json = (try? JSONDecoder().decode(JSONValue.self, from: Data(content.readableBytesView))) ?? .null
        if (200..<300).contains(status), json["success"]?.bool != false { return json }
        // Hetzner's form, and Cloudflare's.
        let error = json["error"] ?? json["errors"]?.elements.first
        let code = error?["code"]?.string ?? error?["code"]?.integer.map(String.init) ?? "\(status)"
        throw CloudAPIError(
            api: name, status: status, code: code, message: error?["message"]?.string ?? "it answers \(status)",
            retryAfter: response.headers.first(name: "Retry-After").flatMap { Int($0) }.map { .seconds(min($0, 3600)) })
    }

    func pause(for duration: Duration) async throws { try await pause(duration) }
}

/// What one of the clouds has against a request.
package struct CloudAPIError: Error, CustomStringConvertible {
    package let api: String
    /// `nil` where there was no answer.
    package let status: Int?
    package let code: String
    package let message: String
    var retryAfter: Duration?

    package var description: String { "\(api): \(message) (\(code))" }

    /// Nothing was done, and the same may be asked for later: too many requests, or something is being worked on.
    var isRefusal: Bool { status == 429 || status == 423 || status == 409 && ["conflict", "locked"].contains(code) }
    /// It may go away by itself.
    var isPassing: Bool { isRefusal || status == nil || (status ?? 0) >= 500 }
}
