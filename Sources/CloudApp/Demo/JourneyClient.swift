import AsyncHTTPClient
import Core
import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization

/// A browser without a screen: remembers cookies by host, sends forms and JSON, follows no redirect by itself. Asked to
/// wait (429 with `Retry-After`), it waits and asks again.
package final class JourneyClient: Sendable {
    /// An answer, read whole.
    package struct Answer: Sendable {
        package let status: Int
        package let location: String?
        package let body: String

        /// - Throws: ``Refused``; a `DecodingError`.
        func json<Value: Decodable>(_: Value.Type = Value.self) throws -> Value {
            guard status < 400 else { throw Refused(description: "answered with \(status): \(body)") }
            return try JSONDecoder().decode(Value.self, from: Data(body.utf8))
        }
    }

    /// An answer that holds nothing but why there is none.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    // Redirects are looked at, not followed. Lives as long as the process, like `HTTPClient.shared`.
    private static let httpClient = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

    private let cookies = Mutex<[String: [String: String]]>([:])

    package init() {}

    package func get(_ url: String) async throws -> Answer {
        try await send(.GET, url, contentType: nil, body: "")
    }

    package func post(form: [(String, String)], to url: String) async throws -> Answer {
        let body = form.map { "\($0.0.percentEncoded)=\($0.1.percentEncoded)" }.joined(separator: "&")
        return try await send(.POST, url, contentType: "application/x-www-form-urlencoded", body: body)
    }

    package func post(json: some Encodable, to url: String) async throws -> Answer {
        let body = String(decoding: try JSONEncoder().encode(json), as: UTF8.self)
        return try await send(.POST, url, contentType: "application/json", body: body)
    }

    /// Reads an endless answer until a line of it is wanted.
    /// - Throws: a connection's error, also when nothing wanted comes within two minutes.
    package func read(_ url: String, until isWanted: (Substring) -> Bool) async throws {
        var request = HTTPClientRequest(url: url)
        let jar = cookies.withLock { $0[url.origin.withoutPort, default: [:]] }
        request.headers.add(name: "cookie", value: jar.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))
        let response = try await Self.httpClient.execute(request, timeout: .seconds(120))
        for try await part in response.body where String(buffer: part).split(separator: "\n").contains(where: isWanted) {
            return
        }
    }

    /// The longest that the site's limits ask a client to wait before an ordinary request.
    private static let longestWait = 30

    private func send(_ method: HTTPMethod, _ url: String, contentType: String?, body: String) async throws -> Answer {
        while true {
            let (answer, wait) = try await sendOnce(method, url, contentType: contentType, body: body)
            guard answer.status == 429, let wait, wait <= Self.longestWait else { return answer }
            try await Task.sleep(for: .seconds(wait))
        }
    }

    /// - Returns: the answer, and the seconds of its `Retry-After`.
    private func sendOnce(
        _ method: HTTPMethod, _ url: String, contentType: String?, body: String
    ) async throws -> (answer: Answer, wait: Int?) {
        let origin = url.origin
        var request = HTTPClientRequest(url: url)
        request.method = method
        let host = origin.withoutPort
        let jar = cookies.withLock { $0[host, default: [:]] }
        if !jar.isEmpty {
            request.headers.add(name: "cookie", value: jar.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))
        }
        if let contentType {
            request.headers.add(name: "content-type", value: contentType)
            request.headers.add(name: "origin", value: origin)
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await Self.httpClient.execute(request, timeout: .seconds(20))
        for cookie in response.headers["set-cookie"] {
            guard let pair = cookie.split(separator: ";").first else { continue }
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
            cookies.withLock { $0[host, default: [:]][parts[0]] = parts.count > 1 ? parts[1] : "" }
        }
        let text = String(buffer: try await response.body.collect(upTo: 4 << 20))
        let answer = Answer(
            status: Int(response.status.code), location: response.headers.first(name: "location")?.resolved(against: origin),
            body: text)
        return (answer, response.headers.first(name: "retry-after").flatMap { Int($0) })
    }
}

extension String {
    /// `http://host:port` of a URL.
    fileprivate var origin: String {
        guard let scheme = firstRange(of: "://") else { return self }
        return String(prefix(upTo: self[scheme.upperBound...].firstIndex(of: "/") ?? endIndex))
    }

    /// Cookies go by host; ports share them (RFC 6265, 8.5).
    fileprivate var withoutPort: String {
        guard let colon = lastIndex(of: ":"), self[colon...].dropFirst().allSatisfy(\.isNumber) else { return self }
        return String(self[..<colon])
    }

    fileprivate func resolved(against origin: String) -> String {
        hasPrefix("/") ? origin + self : self
    }
}
