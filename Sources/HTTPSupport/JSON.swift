import Core
package import FoundationEssentials
package import HTTPTypes
package import Hummingbird
import NIOCore

extension JSONEncoder {
    /// How our JSON is written: snake case, keys in order.
    package static var api: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

extension JSONDecoder {
    /// How JSON that is sent to us is read: snake case.
    package static var api: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

extension Request {
    /// Reads the body as JSON.
    /// - Throws: `DomainError` with the code `unsupported_media_type`, `malformed_json` or `invalid_body`;
    ///   `NIOTooManyBytesError` if the body is larger than `context` allows.
    package func json<Value: Decodable>(as type: Value.Type = Value.self, context: AppRequestContext) async throws -> Value {
        let mediaType = headers[.contentType].flatMap(MediaType.init(from:))
        guard mediaType?.isType(.applicationJson) == true else {
            throw HTTPError(.unsupportedMediaType, message: "Send JSON, with the header Content-Type: application/json.")
        }
        let body = try await body.collect(upTo: context.maxUploadSize)
        do {
            return try context.requestDecoder.decode(type, from: Data(body.readableBytesView))
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw DomainError(
                .invalid, code: "malformed_json", "The body is not well-formed JSON, or holds a number that is too large.")
        } catch DecodingError.keyNotFound(let key, let context) {
            throw DomainError(
                .invalid, code: "invalid_body", "The body lacks '\((context.codingPath + [key]).dotted)'.")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            let place = context.codingPath.isEmpty ? "The body" : "'\(context.codingPath.dotted)'"
            throw DomainError(.invalid, code: "invalid_body", "\(place) is not what is expected there.")
        }
    }
}

extension Response {
    /// - Throws: an `EncodingError`.
    package init(
        json value: some Encodable, status: HTTPResponse.Status = .ok, contentType: String = "application/json"
    ) throws {
        let data = try JSONEncoder.api.encode(value)
        self.init(
            status: status, headers: [.contentType: contentType], body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}

extension [any CodingKey] {
    /// In the field's own spelling as clients write it: `a.b.0`.
    fileprivate var dotted: String {
        map { $0.intValue.map(String.init) ?? $0.stringValue.snakeCased }.joined(separator: ".")
    }
}

extension String {
    fileprivate var snakeCased: String {
        reduce(into: "") { text, character in
            text += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}
