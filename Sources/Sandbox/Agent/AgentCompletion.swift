import AsyncHTTPClient
import FoundationEssentials
import ModelAPI
import NIOCore
import NIOHTTP1

/// One question to a provider of the kind `openai-completions`, streamed.
struct AgentCompletion: Sendable {
    /// Why there was no answer.
    struct Refusal: Error, Sendable {
        /// 0 if there was no response, or it broke off.
        var status = 0
        var message = ""
        var retryAfter = Duration.zero
        var forbidsRetry = false
    }

    private static let timeout = TimeAmount.seconds(300)
    private static let largestError = 64 * 1024

    let httpClient: HTTPClient
    let settings: AgentConfiguration.Model

    /// - Throws: ``Refusal``; `CancellationError`.
    func ask(_ messages: [AgentSession.Message]) async throws -> String {
        var request = HTTPClientRequest(url: settings.baseURL + "/chat/completions")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "text/event-stream")
        request.headers.add(name: "Authorization", value: "Bearer \(settings.apiKey)")
        request.body = .bytes(
            ByteBuffer(
                string: try JSONText.encode(
                    Body(
                        model: settings.id, messages: messages, maxCompletionTokens: settings.maxTokens,
                        streamOptions: settings.supportsUsageInStreaming ? .init() : nil))))
        do {
            let response = try await httpClient.execute(request, timeout: Self.timeout)
            guard response.status == .ok else { throw try await Self.refusal(response) }
            return try await Self.text(of: response)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            try Task.checkCancellation()
            throw Refusal(message: "no response")
        }
    }

    private static func text(of response: HTTPClientResponse) async throws -> String {
        var parser = ServerSentEventParser()
        var text = ""
        var isComplete = false
        for try await chunk in response.body {
            for event in parser.feed(chunk.readableBytesView) {
                if event.data.elementsEqual("[DONE]".utf8) {
                    isComplete = true
                } else if let part = try? JSONDecoder().decode(Chunk.self, from: Data(event.data)) {
                    if let error = part.error { throw Refusal(status: 500, message: error.message ?? "") }
                    text += part.choices?.first?.delta?.content ?? ""
                    if part.choices?.first?.finishReason != nil { isComplete = true }
                }
            }
        }
        // A stream that ends in the middle of a sentence is no answer.
        guard isComplete, !text.trimmed.isEmpty else { throw Refusal(message: "the stream broke off") }
        return text.trimmed
    }

    private static func refusal(_ response: HTTPClientResponse) async throws -> Refusal {
        let body = try? await response.body.collect(upTo: largestError)
        let error = body.flatMap { try? JSONDecoder().decode(Chunk.self, from: Data($0.readableBytesView)) }?.error
        let headers = response.headers
        var retryAfter = Duration.zero
        if let milliseconds = headers.first(name: "retry-after-ms").flatMap(Int.init) {
            retryAfter = .milliseconds(milliseconds)
        } else if let seconds = headers.first(name: "Retry-After").flatMap(Int.init) {
            retryAfter = .seconds(seconds)
        }
        return Refusal(
            status: Int(response.status.code), message: error?.message ?? "", retryAfter: max(retryAfter, .zero),
            forbidsRetry: headers.first(name: "x-should-retry") == "false")
    }
}

private struct Body: Encodable {
    struct StreamOptions: Encodable {
        let includeUsage = true

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    let model: String
    let messages: [AgentSession.Message]
    let stream = true
    let maxCompletionTokens: Int?
    let streamOptions: StreamOptions?

    enum CodingKeys: String, CodingKey {
        case model, messages, stream
        case maxCompletionTokens = "max_completion_tokens"
        case streamOptions = "stream_options"
    }
}

/// A chunk of the stream, or an error in its place.
private struct Chunk: Decodable {
    struct Choice: Decodable {
        struct Delta: Decodable {
            let content: String?
        }

        let delta: Delta?
        let finishReason: String?

        enum CodingKeys: String, CodingKey {
            case delta
            case finishReason = "finish_reason"
        }
    }

    struct Fault: Decodable {
        let message: String?
    }

    let choices: [Choice]?
    let error: Fault?
}
