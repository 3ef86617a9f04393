/// An error in the form of a dialect.
package struct ModelError: Sendable, Hashable {
    /// Such as `rate_limit_error`.
    package let type: String
    /// Machine-readable, in snake case.
    package let code: String?
    package let message: String

    package init(type: String, code: String? = nil, message: String) {
        self.type = type
        self.code = code
        self.message = message
    }

    /// Reads an upstream's error body, in either form, or with nothing but a text for the error.
    /// - Returns: `nil` if it isn't one.
    package init?(body: UnsafeRawBufferPointer) {
        var found = Members()
        do {
            var scanner = JSONScanner(body)
            try scanner.object { (scanner, key) throws(JSONFault) in
                if "error" ~= key { try found.read(&scanner) } else { try scanner.skipValue() }
            }
            try scanner.finish()
        } catch {
            return nil
        }
        guard found.isError else { return nil }
        self.init(type: found.type ?? found.code ?? "", code: found.code, message: found.message ?? "")
    }

    private struct Members {
        var isError = false
        var type: String?
        var code: String?
        var message: String?

        mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
            switch try scanner.kind() {
            case .object:
                isError = true
                try scanner.object { (scanner, key) throws(JSONFault) in
                    guard try scanner.kind() == .string else {
                        try scanner.skipValue()
                        return
                    }
                    let text = try scanner.string()
                    switch key {
                    case "type": type = text
                    case "code": code = text
                    case "message": message = text
                    default: break
                    }
                }
            case .string:
                let text = try scanner.string()
                isError = !text.isEmpty
                message = text
            default: try scanner.skipValue()
            }
        }
    }

    /// - Parameter requestID: Anthropic's form has a place for it.
    /// - Returns: the body, as JSON.
    package func body(_ dialect: ModelDialect, requestID: String) -> String {
        let code = code.map { ",\"code\":\(JSONText.quoted($0))" } ?? ""
        let error = "{\"type\":\(JSONText.quoted(type))\(code),\"message\":\(JSONText.quoted(message))}"
        return switch dialect {
        case .openAI: "{\"error\":\(error)}"
        case .anthropic: "{\"type\":\"error\",\"error\":\(error),\"request_id\":\(JSONText.quoted(requestID))}"
        }
    }
}
