import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON

/// The parameters of a call, wherever they came from: the query, a form, or JSON.
///
/// In forms Telegram takes lists and objects as JSON text, so everything is brought to that shape.
struct BotAPIParameters: Sendable {
    private static let largestBody = 1024 * 1024
    private var values: [String: String] = [:]

    init(_ request: Request) async throws {
        do {
            if let query = request.uri.query, !query.isEmpty {
                values = try URLEncodedFormDecoder().decode([String: String].self, from: query)
            }
            let body = try await request.body.collect(upTo: Self.largestBody)
            guard body.readableBytes > 0 else { return }
            let text = String(buffer: body)
            let type = request.headers[.contentType]?.lowercased() ?? ""
            let sent: [String: String]
            if type.hasPrefix("application/json") {
                sent = try JSONText.decode([String: JSONValue].self, from: text).compactMapValues(\.formText)
            } else if type.hasPrefix("application/x-www-form-urlencoded") {
                sent = try URLEncodedFormDecoder().decode([String: String].self, from: text)
            } else {
                throw BotAPIError.badRequest("the body must be JSON or an URL-encoded form")
            }
            values.merge(sent) { _, fromBody in fromBody }
        } catch let error as BotAPIError {
            throw error
        } catch {
            throw BotAPIError.badRequest("can't parse the request's parameters")
        }
    }

    func text(_ name: String) -> String? {
        values[name]
    }

    /// - Throws: ``BotAPIError`` 400 if it is there and no integer.
    func integer(_ name: String) throws -> Int64? {
        guard let value = values[name] else { return nil }
        guard let integer = Int64(value) else { throw BotAPIError.badRequest("invalid \(name) specified") }
        return integer
    }

    /// - Throws: ``BotAPIError`` 400 if it is missing or no integer.
    func requiredInteger(_ name: String) throws -> Int64 {
        guard let integer = try integer(name) else { throw BotAPIError.badRequest("\(name) is empty") }
        return integer
    }

    /// - Throws: ``BotAPIError`` 400 if it is there and neither true nor false.
    func flag(_ name: String) throws -> Bool {
        switch values[name]?.lowercased() {
        case nil, "false", "0", "": false
        case "true", "1": true
        default: throw BotAPIError.badRequest("invalid \(name) specified")
        }
    }

    /// - Throws: ``BotAPIError`` 400 if it is there and no JSON of that shape.
    func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value? {
        guard let value = values[name], !value.isEmpty else { return nil }
        do {
            return try JSONText.decode(type, from: value)
        } catch {
            throw BotAPIError.badRequest("can't parse \(name) JSON object")
        }
    }
}

extension JSONValue {
    /// As a form would carry it; `nil` for null, which is as good as missing.
    fileprivate var formText: String? {
        switch self {
        case .null: nil
        case .string(let value): value
        default: String(decoding: text(), as: UTF8.self)
        }
    }
}
