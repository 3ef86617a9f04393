import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A Bot API that keeps what it was sent and answers as it is told: what the sandbox never does.
final class ScriptedTelegram: Sendable {
    struct Message: Sendable, Hashable {
        let botID: Int64
        let chatID: Int64
        let text: String
    }

    enum Answer: Sendable {
        case sent
        case refused(Int, String, retryAfter: Int? = nil)
        /// The message arrives, and the answer is lost.
        case lost
    }

    private let state = Mutex<(messages: [Message], answers: [Answer], hook: (@Sendable (Message) async -> Void)?)>(
        ([], [], nil))

    /// What was asked for, also where it was refused.
    var messages: [Message] { state.withLock { $0.messages } }
    var texts: [String] { messages.map(\.text) }

    /// - Parameter answers: to what comes next; afterwards everything is sent.
    func answer(_ answers: Answer...) {
        state.withLock { $0.answers += answers }
    }

    /// Is called with each message before it is answered.
    func whenAsked(_ hook: @escaping @Sendable (Message) async -> Void) {
        state.withLock { $0.hook = hook }
    }

    private struct Parameters: Decodable {
        let chatID: Int64
        let text: String

        enum CodingKeys: String, CodingKey {
            case text
            case chatID = "chat_id"
        }
    }

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.post("/:bot/sendMessage") { request, context in
            let body = try await request.body.collect(upTo: 1 << 20)
            let parameters = try JSONDecoder().decode(Parameters.self, from: Data(body.readableBytesView))
            let bot = try context.parameters.require("bot").dropFirst(3).prefix { $0 != ":" }
            let message = Message(botID: Int64(bot) ?? 0, chatID: parameters.chatID, text: parameters.text)
            let (answer, hook) = self.state.withLock { state in
                state.messages.append(message)
                return (state.answers.isEmpty ? Answer.sent : state.answers.removeFirst(), state.hook)
            }
            await hook?(message)
            return Self.response(answer, message)
        }
    }

    private static func response(_ answer: Answer, _ message: Message) -> Response {
        switch answer {
        case .sent:
            response(
                200,
                """
                {"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":\(message.chatID),"type":"private"},"text":"x"}}
                """)
        case .refused(let code, let text, let seconds):
            response(
                code,
                """
                {"ok":false,"error_code":\(code),"description":"\(text)"\
                \(seconds.map { ",\"parameters\":{\"retry_after\":\($0)}" } ?? "")}
                """)
        case .lost: response(502, "<html>Bad Gateway</html>")
        }
    }

    private static func response(_ code: Int, _ body: String) -> Response {
        Response(
            status: .init(code: code), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
