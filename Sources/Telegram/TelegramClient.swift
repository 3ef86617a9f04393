package import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Speaks the Bot API for one bot.
///
/// The Bot API carries the token in the URL path; here it appears in no description, error or log.
/// Source: https://core.telegram.org/bots/api#making-requests
package struct TelegramClient: Sendable, CustomStringConvertible, CustomReflectable {
    /// What an ordinary call may take; a long poll may take its own timeout on top.
    static let callTimeout = TimeAmount.seconds(15)
    private static let largestAnswer = 4 * 1024 * 1024

    private let httpClient: HTTPClient
    private let apiRoot: String
    private let token: String

    /// - Parameter apiRoot: scheme, host and port, without `/bot<token>`; a slash at its end is ignored.
    package init(httpClient: HTTPClient, apiRoot: String, token: String) {
        self.httpClient = httpClient
        self.apiRoot = apiRoot.hasSuffix("/") ? String(apiRoot.dropLast()) : apiRoot
        self.token = token
    }

    package var description: String { "TelegramClient(\(apiRoot), bot \(TelegramToken.botID(of: token) ?? 0))" }
    package var customMirror: Mirror { Mirror(self, children: ["apiRoot": apiRoot]) }

    func call<Result: Decodable>(
        _ method: String, _ parameters: some Encodable, timeout: TimeAmount = callTimeout
    ) async throws -> Result {
        var request = HTTPClientRequest(url: "\(apiRoot)/bot\(token)/\(method)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(parameters)))
        let body: ByteBuffer
        let status: Int
        do {
            let response = try await httpClient.execute(request, timeout: timeout)
            status = Int(response.status.code)
            body = try await response.body.collect(upTo: Self.largestAnswer)
        } catch {
            try Task.checkCancellation()
            let reason = withoutToken(String(describing: error))
            throw Self.isBeforeTheRequest(error) ? TelegramError.notConnected(reason) : .unreachable(reason)
        }
        guard let envelope = try? JSONDecoder().decode(Envelope<Result>.self, from: Data(body.readableBytesView)) else {
            throw TelegramError.unreachable("\(method) was answered with status \(status) and no JSON that it should have")
        }
        if let result = envelope.result, envelope.ok { return result }
        throw TelegramError(
            code: envelope.errorCode ?? status,
            description: withoutToken(envelope.description ?? "\(method) was refused"),
            retryAfter: envelope.parameters?.retryAfter)
    }

    /// Whether there was never a connection over which the request could have gone.
    private static func isBeforeTheRequest(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError: true
        case let error as HTTPClientError: [.connectTimeout, .getConnectionFromPoolTimeout].contains(error)
        case let error as IOError: error.errnoCode == ECONNREFUSED
        default: false
        }
    }

    private func withoutToken(_ text: String) -> String {
        token.isEmpty ? text : text.replacing(token, with: "[redacted]")
    }
}

/// What every answer is wrapped in. Source: https://core.telegram.org/bots/api#making-requests
private struct Envelope<Result: Decodable>: Decodable {
    struct Parameters: Decodable {
        let retryAfter: Int?

        enum CodingKeys: String, CodingKey {
            case retryAfter = "retry_after"
        }
    }

    let ok: Bool
    let result: Result?
    let description: String?
    let errorCode: Int?
    let parameters: Parameters?

    enum CodingKeys: String, CodingKey {
        case ok, result, description, parameters
        case errorCode = "error_code"
    }
}
