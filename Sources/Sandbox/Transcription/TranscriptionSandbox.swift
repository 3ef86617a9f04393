import FoundationEssentials
import HTTPTypes
package import Hummingbird
import ModelAPI
import NIOCore

/// The stand-in for a server that writes down voice notes, as OpenAI's does: `POST /v1/audio/transcriptions`
/// (https://platform.openai.com/docs/api-reference/audio/createTranscription).
///
/// What it hears is what stands in the file behind `SANDBOX_SAYS=`, up to the line's end; 2,000 bytes are a second.
package struct TranscriptionSandbox: Sendable {
    static let models = ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"]
    private static let marker = "SANDBOX_SAYS="

    package init() {}

    package func addRoutes(to router: Router<BasicRequestContext>) {
        router.post("/v1/audio/transcriptions") { request, _ -> Response in
            do {
                return try await answer(request)
            } catch let fault as Fault {
                return fault.response
            }
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        guard request.headers[.authorization]?.hasPrefix("Bearer sk-") == true else {
            throw Fault(.unauthorized, "Incorrect API key provided.", code: "invalid_api_key")
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: AudioFormat.largestFile + (64 << 10))
        } catch {
            throw Fault(.contentTooLarge, "413: Maximum content size limit (26214400) exceeded")
        }
        let form: MultipartForm
        do {
            form = try body.withUnsafeReadableBytes { bytes in
                Result { () throws(MultipartFault) in
                    try MultipartForm(bytes, contentType: request.headers[.contentType] ?? "")
                }
            }.get()
        } catch {
            throw Fault(.badRequest, "Could not parse multipart form: \(error.description)")
        }
        func text(_ name: String) -> String? {
            form[name].map { String(decoding: body.readableBytesView[offset: $0.content], as: UTF8.self) }
        }
        guard let model = text("model") else { throw Fault(.badRequest, "you must provide a model parameter") }
        guard Self.models.contains(model) else {
            throw Fault(
                .notFound, "The model '\(model)' does not exist or you do not have access to it.", code: "model_not_found")
        }
        guard let file = form["file"], let name = file.fileName else {
            throw Fault(.badRequest, "Missing required parameter: 'file'.", param: "file")
        }
        guard AudioFormat(fileName: name) != nil else {
            throw Fault(.badRequest, "Invalid file format. Supported formats: [\(AudioFormat.list)]", param: "file")
        }
        let seconds = Double(file.content.count) / 2_000
        guard seconds >= 0.1 else {
            throw Fault(
                .badRequest, "Audio file is too short. Minimum audio length is 0.1 seconds.", param: "file",
                code: "audio_too_short")
        }
        let format = text("response_format") ?? "json"
        let formats = model == "whisper-1" ? ["json", "text", "srt", "verbose_json", "vtt"] : ["json"]
        guard formats.contains(format) else {
            throw Fault(
                .badRequest, "response_format '\(format)' is not compatible with model '\(model)'", param: "response_format")
        }
        if let temperature = text("temperature"), !(Double(temperature).map { (0...1).contains($0) } ?? false) {
            throw Fault(.badRequest, "Invalid 'temperature': must be from 0 to 1.", param: "temperature")
        }
        let words = Self.words(in: body.readableBytesView[offset: file.content], seconds: seconds)
        return try Self.response(words, seconds: seconds, format: format, model: model)
    }

    private static func words(in audio: some Collection<UInt8>, seconds: Double) -> String {
        let text = String(decoding: audio, as: UTF8.self)
        guard let start = text.firstRange(of: marker) else { return "A voice note of \(Int(seconds.rounded(.up))) seconds." }
        return String(text[start.upperBound...].prefix { !$0.isNewline && $0 != "\0" })
    }

    private static func response(_ words: String, seconds: Double, format: String, model: String) throws -> Response {
        switch format {
        case "text": return plain(words + "\n")
        case "srt": return plain("1\n00:00:00,000 --> 00:00:01,000\n\(words)\n")
        case "vtt": return plain("WEBVTT\n\n00:00.000 --> 00:01.000\n\(words)\n")
        case "verbose_json":
            return try .json(
                Verbose(
                    task: "transcribe", language: "english", duration: seconds, text: words, usage: Usage(seconds: seconds))
            )
        default:
            return try .json(
                Plain(text: words, usage: model == "whisper-1" ? Usage(seconds: seconds) : Usage(tokens: Int(seconds * 10))))
        }
    }

    private static func plain(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private struct Usage: Encodable {
        let type: String
        var seconds: Int?
        var totalTokens: Int?

        init(seconds: Double) {
            type = "duration"
            self.seconds = Int(seconds.rounded(.up))
        }

        init(tokens: Int) {
            type = "tokens"
            totalTokens = tokens
        }

        enum CodingKeys: String, CodingKey {
            case type, seconds
            case totalTokens = "total_tokens"
        }
    }

    private struct Plain: Encodable {
        let text: String
        let usage: Usage
    }

    private struct Verbose: Encodable {
        let task: String
        let language: String
        let duration: Double
        let text: String
        let usage: Usage
    }

    /// An error in OpenAI's form.
    private struct Fault: Error {
        let status: HTTPResponse.Status
        let error: Detail

        struct Detail: Encodable {
            let message: String
            let type = "invalid_request_error"
            let param: String?
            let code: String?
        }

        init(_ status: HTTPResponse.Status, _ message: String, param: String? = nil, code: String? = nil) {
            self.status = status
            error = Detail(message: message, param: param, code: code)
        }

        var response: Response { (try? .json(["error": error], status: status)) ?? Response(status: status) }
    }
}

extension ByteBufferView {
    fileprivate subscript(offset range: Range<Int>) -> ByteBufferView {
        dropFirst(range.lowerBound).prefix(range.count)
    }
}
