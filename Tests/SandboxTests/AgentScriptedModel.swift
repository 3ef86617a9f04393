import HTTPTypes
import Hummingbird
import Synchronization

/// A provider of the kind `openai-completions` that answers as it was told, one reply after the other; the last one stays.
final class ScriptedModel: Sendable {
    struct Reply: Sendable {
        var status = HTTPResponse.Status.ok
        var headers: HTTPFields = [:]
        var body: String
        /// How long the model thinks.
        var delay = Duration.zero

        static func said(_ words: String...) -> Reply {
            let chunks = words.map { #"data: {"choices":[{"index":0,"delta":{"content":"\#($0)"}}]}"# + "\n\n" }
            return Reply(
                headers: [.contentType: "text/event-stream"],
                body: chunks.joined() + #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
                    + "\n\ndata: [DONE]\n\n")
        }

        static func refused(_ status: HTTPResponse.Status, _ message: String = "", _ headers: HTTPFields = [:]) -> Reply {
            Reply(status: status, headers: headers, body: #"{"error":{"type":"t","message":"\#(message)"}}"#)
        }
    }

    struct Question: Sendable {
        let authorization: String?
        let body: String
    }

    private let state: Mutex<(replies: [Reply], questions: [Question])>

    convenience init(_ replies: Reply...) {
        self.init(replies)
    }

    init(_ replies: [Reply]) {
        state = Mutex((replies, []))
    }

    var questions: [Question] { state.withLock(\.questions) }

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.post("/v1/chat/completions") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            let question = Question(authorization: request.headers[.authorization], body: body)
            let reply = self.state.withLock { state in
                state.questions.append(question)
                return state.replies.count > 1 ? state.replies.removeFirst() : state.replies[0]
            }
            try await Task.sleep(for: reply.delay)
            return Response(
                status: reply.status, headers: reply.headers, body: ResponseBody(byteBuffer: ByteBuffer(string: reply.body)))
        }
    }
}
