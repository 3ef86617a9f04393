import HTTPTypes
import Hummingbird

/// An error of Kimi's: `{"error": {"type", "message"}}`, and in Anthropic's form with a `type` around it.
struct KimiFault: Error, Sendable {
    let status: HTTPResponse.Status
    let type: String
    let message: String
    /// Seconds.
    var retryAfter: Int?
    /// A gateway in front of Kimi answers 504 with a page.
    var isPage = false

    static let invalidKey = KimiFault(
        status: .unauthorized, type: "invalid_authentication_error", message: "Invalid Authentication")

    static func unknownModel(_ name: String) -> KimiFault {
        KimiFault(
            status: .notFound, type: "resource_not_found_error",
            message: "Not found the model \(name) or Permission denied")
    }

    static func invalidRequest(_ message: String) -> KimiFault {
        KimiFault(status: .badRequest, type: "invalid_request_error", message: message)
    }

    func response(in dialect: KimiDialect) -> Response {
        if isPage {
            return Response(
                status: status, headers: [.contentType: "text/html"],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(string: "<html><head><title>504 Gateway Time-out</title></head></html>")))
        }
        let body = Body(type: dialect == .anthropic ? "error" : nil, error: .init(type: type, message: message))
        var response = Response.json(text: (try? JSONText.encode(body)) ?? "{}")
        response.status = status
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        return response
    }

    private struct Body: Encodable {
        let type: String?
        let error: Detail

        struct Detail: Encodable {
            let type: String
            let message: String
        }
    }
}

extension Response {
    /// - Parameter text: JSON.
    static func json(text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
