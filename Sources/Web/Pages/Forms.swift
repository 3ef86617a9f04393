import Account
import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// Reads the body of an HTML form.
    /// - Throws: `HTTPError` with 415 for another type; `DomainError` with the code `malformed_form`;
    ///   `NIOTooManyBytesError` if the body is larger than `context` allows.
    func form<Fields: Decodable>(_: Fields.Type = Fields.self, context: AppRequestContext) async throws -> Fields {
        let mediaType = headers[.contentType].flatMap(MediaType.init(from:))
        guard mediaType?.isType(.applicationUrlEncoded) == true else {
            throw HTTPError(.unsupportedMediaType, message: "Send a form, as application/x-www-form-urlencoded.")
        }
        let body = try await body.collect(upTo: context.maxUploadSize)
        do {
            return try URLEncodedFormDecoder().decode(Fields.self, from: String(buffer: body))
        } catch {
            throw DomainError(.invalid, code: "malformed_form", "A field of the form is missing or malformed.")
        }
    }

    /// What the browser is, in a word or two.
    var device: String { Device.name(userAgent: headers[.userAgent] ?? "") }

    /// Whether a person's browser is going from page to page, rather than a script or a program asking.
    var wantsPage: Bool { headers[.accept]?.contains("text/html") == true }
}
