import FoundationEssentials
import JSON

/// What a client says in JSON-RPC 2.0 (https://www.jsonrpc.org/specification), as MCP narrows it: one message at a time, and
/// ids that aren't null.
enum RPCMessage: Sendable, Hashable {
    case request(id: JSONValue, method: String, parameters: JSONValue)
    /// Wants no answer; so does a client's answer, which a server that asks nothing has no use for.
    case notification

    /// - Throws: ``RPCError`` with the code -32700 or -32600.
    init(_ data: Data) throws(RPCError) {
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw RPCError(.parse, "The body is not well-formed JSON.")
        }
        if case .array = value { throw RPCError(.invalidRequest, "Send one message at a time: batches aren't taken.") }
        guard value["jsonrpc"] == "2.0" else {
            throw RPCError(.invalidRequest, "The body must be an object with \"jsonrpc\": \"2.0\".")
        }
        guard let method = value["method"]?.string else {
            guard value["id"] != nil, value["result"] != nil || value["error"] != nil else {
                throw RPCError(.invalidRequest, "The message has no method.")
            }
            self = .notification
            return
        }
        switch value["id"] {
        case nil: self = .notification
        case .string, .integer: self = .request(id: value["id"] ?? .null, method: method, parameters: value["params"] ?? [:])
        default: throw RPCError(.invalidRequest, "The id must be a string or a whole number.")
        }
    }

    /// - Returns: the answer to a request.
    static func result(_ result: JSONValue, id: JSONValue) -> JSONValue {
        ["jsonrpc": "2.0", "id": id, "result": result]
    }
}

/// Why a message isn't answered with a result.
struct RPCError: Error, Sendable, Hashable {
    enum Code: Int64, Sendable {
        case parse = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParameters = -32602
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// - Parameter id: the request's; `nil` where it couldn't be read.
    func answer(id: JSONValue?) -> JSONValue {
        [
            "jsonrpc": "2.0", "id": id ?? .null,
            "error": ["code": .integer(code.rawValue), "message": .string(message)],
        ]
    }
}
