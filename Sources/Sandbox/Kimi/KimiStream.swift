import HTTPTypes
import Hummingbird

/// How an answer is written in one of the two forms.
protocol KimiWriter: Sendable {
    /// The answer in one piece.
    /// - Throws: `EncodingError`.
    func whole() throws -> String

    /// The events of a stream: what comes before the pieces, each piece, and what comes behind.
    /// - Throws: `EncodingError`.
    func opening() throws -> [String]
    func piece(_ text: String) throws -> String
    func closing() throws -> [String]
}

/// An answer as server-sent events, a word at a time.
struct KimiStream: Sendable {
    /// Between two words.
    private static let pace = Duration.milliseconds(8)

    let call: KimiCall
    let writer: any KimiWriter
    let ledger: KimiLedger
    /// Whether the stream is to break off in the middle.
    let cut: Bool

    private struct CutOff: Error {}

    var response: Response {
        let body = ResponseBody { output in
            var sent = 0
            do {
                for event in try writer.opening() { try await output.write(ByteBuffer(string: event)) }
                for piece in call.completion.pieces {
                    if cut, sent >= call.completion.pieces.count / 2 { throw CutOff() }
                    try await output.write(ByteBuffer(string: try writer.piece(piece)))
                    sent += 1
                    try await Task.sleep(for: Self.pace)
                }
            } catch {
                try await ledger.bill(call, output: call.completion.tokens(of: sent), aborted: true)
                throw error
            }
            try await ledger.bill(call, output: call.completion.tokens, aborted: false)
            for event in try writer.closing() { try await output.write(ByteBuffer(string: event)) }
            try await output.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"], body: body)
    }
}
