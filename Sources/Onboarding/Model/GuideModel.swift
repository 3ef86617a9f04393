package import AsyncHTTPClient
package import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// The model that leads conversations, called through the platform's own token proxy.
package struct GuideModel: Sendable {
    /// Until the first word, or the first call of a tool.
    static let firstWord = TimeAmount.seconds(8)
    private static let whole = TimeAmount.seconds(40)
    private static let mostTokens = 700

    private let httpClient: HTTPClient
    private let baseURL: String
    private let model: String
    private let token: @Sendable () async throws -> Secret

    /// - Parameters:
    ///   - baseURL: up to and including `/v1`.
    ///   - token: of the platform's own account at the proxy; asked for before each call.
    package init(
        httpClient: HTTPClient, baseURL: String, model: String, token: @escaping @Sendable () async throws -> Secret
    ) {
        self.httpClient = httpClient
        self.baseURL = baseURL
        self.model = model
        self.token = token
    }

    /// Asks for one answer.
    /// - Parameters:
    ///   - conversation: names the conversation to the model's cache.
    ///   - onText: told all text so far, whenever there is more.
    /// - Throws: ``ModelFailure``; `CancellationError`.
    func answer(
        to messages: [ModelMessage], tools: [ModelTool], conversation: String,
        onText: @escaping @Sendable (String) async -> Void
    ) async throws -> ModelAnswer {
        let body = try JSONEncoder().encode(
            ModelRequestBody(
                model: model, messages: messages, tools: tools, maxTokens: Self.mostTokens, promptCacheKey: conversation))
        var request = HTTPClientRequest(url: baseURL + "/chat/completions")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Authorization", value: "Bearer \(try await token().reveal())")
        request.body = .bytes(ByteBuffer(bytes: body))
        let sent = request
        return try await withThrowingTaskGroup(of: ModelAnswer?.self) { tasks in
            let (begun, beginning) = AsyncStream<Void>.makeStream()
            tasks.addTask { try await read(sent, beginning, onText) }
            tasks.addTask {
                let inTime = await Self.comes(begun)
                try Task.checkCancellation()
                if !inTime {
                    throw ModelFailure.unreachable("no word within \(Self.firstWord.nanoseconds / 1_000_000_000) s")
                }
                return nil
            }
            defer { tasks.cancelAll() }
            while let answer = try await tasks.next() {
                if let answer { return answer }
            }
            throw ModelFailure.unreachable("no answer")
        }
    }

    /// Whether something comes before the time for the first word is over.
    private static func comes(_ stream: AsyncStream<Void>) async -> Bool {
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask { await stream.first { _ in true } != nil }
            tasks.addTask {
                try? await Task.sleep(for: .nanoseconds(firstWord.nanoseconds))
                return false
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? false
        }
    }

    private func read(
        _ request: HTTPClientRequest, _ beginning: AsyncStream<Void>.Continuation, _ onText: @Sendable (String) async -> Void
    ) async throws -> ModelAnswer {
        do {
            let response = try await httpClient.execute(request, timeout: Self.whole)
            guard response.status == .ok else {
                let text = (try? await response.body.collect(upTo: 4096)).map { String(buffer: $0) } ?? ""
                throw ModelFailure.refused("\(response.status.code) \(text.prefix(300))")
            }
            var answer = ModelAnswer()
            var lines = EventLines()
            for try await buffer in response.body {
                for data in lines.take(buffer) {
                    if data == "[DONE]" { return answer }
                    let before = answer.text
                    guard let chunk = try? JSONDecoder().decode(ModelChunk.self, from: Data(data.utf8)) else {
                        throw ModelFailure.nonsense("a stream that is no JSON")
                    }
                    try answer.take(chunk)
                    if !answer.text.isEmpty || !answer.calls.isEmpty { beginning.yield() }
                    if answer.text != before { await onText(answer.text) }
                }
            }
            // A stream that ends without its mark has broken off, unless it had come to its point.
            if answer.text.isEmpty, answer.calls.isEmpty { throw ModelFailure.unreachable("the stream broke off") }
            return answer
        } catch let error as ModelFailure {
            throw error
        } catch {
            try Task.checkCancellation()
            throw ModelFailure.unreachable("\(error)")
        }
    }
}

/// The `data` lines of server-sent events, from bytes as they come.
struct EventLines {
    private var bytes: [UInt8] = []

    mutating func take(_ buffer: ByteBuffer) -> [String] {
        bytes += buffer.readableBytesView
        var found: [String] = []
        while let end = bytes.firstIndex(of: 0x0A) {
            let line = String(decoding: bytes[..<end], as: UTF8.self)
            bytes.removeSubrange(...end)
            if line.hasPrefix("data:") { found.append(line.dropFirst(5).trimmingPrefix(" ").filter { $0 != "\r" }) }
        }
        return found
    }
}
