import AsyncHTTPClient
import Core
import FoundationEssentials
import ModelAPI
import NIOCore
import NIOHTTP1

/// Asks an upstream how many tokens a prompt has: `POST …/tokenizers/estimate-token-count`, with the model and the messages
/// (https://platform.kimi.ai/docs/api/estimate).
struct TokenEstimate: Sendable {
    private let url: String
    private let key: Secret
    private let body: ByteBuffer
    /// What isn't asked about, such as tools, counts by its bytes.
    private let rest: Int

    private static let timeout = TimeAmount.seconds(5)
    /// For what a count may leave out.
    private static let slack = 16

    /// - Returns: `nil` where there is nobody to ask: there is no such question in Anthropic's form.
    init?(_ request: ModelRequest, body: ByteBuffer, upstreams: UpstreamDirectory, now: Duration) {
        guard request.dialect == .openAI, let messages = request.messages,
            let target = upstreams.target(model: request.model, tried: [], now: now),
            let model = target.models[request.model]?.quotedName,
            let slice = body.getSlice(at: body.readerIndex + messages.lowerBound, length: messages.count)
        else { return nil }
        url = target.configuration.openAIBaseURL + "/tokenizers/estimate-token-count"
        key = target.key
        rest = request.size - messages.count
        var question = ByteBuffer(string: "{\"model\":\(model),\"messages\":")
        question.writeImmutableBuffer(slice)
        question.writeStaticString("}")
        self.body = question
    }

    /// - Returns: an upper bound of the prompt's tokens; `nil` if the upstream doesn't tell.
    func ask() async -> Int? {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = [
            "content-type": "application/json", "accept-encoding": "identity", "authorization": "Bearer \(key.reveal())",
        ]
        request.body = .bytes(body)
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: Self.timeout)
            guard response.status == .ok else { return nil }
            let answer = try await response.body.collect(upTo: 64 << 10)
            let count = try JSONDecoder().decode(Count.self, from: Data(answer.readableBytesView)).data.totalTokens
            return (0...100_000_000).contains(count) ? count + rest + Self.slack : nil
        } catch {
            return nil
        }
    }

    private struct Count: Decodable {
        let data: Tokens

        struct Tokens: Decodable {
            let totalTokens: Int

            enum CodingKeys: String, CodingKey { case totalTokens = "total_tokens" }
        }
    }
}
