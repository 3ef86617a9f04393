import ModelAPI

/// What the proxy answers to.
enum Route: Hashable {
    /// `model` is one of the `models`, by its name.
    case health, readiness, models, model, transcription
    case call(ModelDialect)

    /// - Parameter target: path and query.
    /// - Throws: ``Refusal`` with 404 or 405.
    init(_ method: RequestHead.Method, target: UnsafeRawBufferPointer) throws(Refusal) {
        guard let route = Self.route(Self.path(target)) else { throw .unknownPath }
        let method = method == .head && !route.hasBody ? .get : method
        guard method == (route.hasBody ? .post : .get) else {
            throw .wrongMethod(allowed: route.hasBody ? "POST" : "GET")
        }
        self = route
    }

    /// Whether something is to be done with the request's body.
    var hasBody: Bool {
        switch self {
        case .call, .transcription: true
        case .health, .readiness, .models, .model: false
        }
    }

    /// Without the query, and without a slash at the end: there is nothing else that it could mean.
    private static func path(_ target: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var end = target.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? target.count
        if end > 1, target[end - 1] == UInt8(ascii: "/") { end -= 1 }
        return target[part: 0..<end]
    }

    private static func route(_ path: UnsafeRawBufferPointer) -> Route? {
        func isPath(_ text: StaticString) -> Bool { path.elementsEqual(text) }
        if isPath("/v1/chat/completions") { return .call(.openAI) }
        if isPath("/v1/messages") || isPath("/anthropic/v1/messages") { return .call(.anthropic) }
        if isPath("/v1/audio/transcriptions") { return .transcription }
        if isPath("/v1/models") || isPath("/anthropic/v1/models") { return .models }
        if quotedModel(path) != nil { return .model }
        if isPath("/healthz") { return .health }
        if isPath("/readyz") { return .readiness }
        return nil
    }

    private static func quotedModel(_ path: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        path.behind("/v1/models/") ?? path.behind("/anthropic/v1/models/")
    }

    /// Clients write the slash in a model's name as it is, or as `%2F`.
    /// - Returns: what stands behind `/models/`; empty if it is no text.
    static func modelName(_ target: UnsafeRawBufferPointer) -> String {
        quotedModel(path(target)).flatMap(percentDecoded) ?? ""
    }

    private static func percentDecoded(_ path: UnsafeRawBufferPointer) -> String? {
        var bytes: [UInt8] = []
        var index = 0
        while index < path.count {
            var byte = path[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 2 <= path.count, let value = UInt8(ascii: path[part: index..<index + 2]) else { return nil }
                byte = value
                index += 2
            }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The form in which errors are told.
    static func dialect(target: UnsafeRawBufferPointer) -> ModelDialect {
        let path = String(decoding: target, as: UTF8.self)
        return path.contains("/messages") || path.hasPrefix("/anthropic/") ? .anthropic : .openAI
    }

    /// For metrics: of the table, never what a client sent.
    var name: String {
        switch self {
        case .health: "healthz"
        case .readiness: "readyz"
        case .models: "models"
        case .model: "model"
        case .transcription: "transcriptions"
        case .call(.openAI): "chat_completions"
        case .call(.anthropic): "messages"
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func elementsEqual(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && starts(with: text)
    }

    private func starts(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && (0..<text.utf8CodeUnitCount).allSatisfy { self[$0] == text.utf8Start[$0] }
    }

    /// - Returns: what follows `text`, if that stands at the beginning and something follows.
    fileprivate func behind(_ text: StaticString) -> UnsafeRawBufferPointer? {
        guard count > text.utf8CodeUnitCount, starts(with: text) else { return nil }
        return self[part: text.utf8CodeUnitCount..<count]
    }
}

extension UInt8 {
    /// - Parameter digits: two, hexadecimal.
    fileprivate init?(ascii digits: UnsafeRawBufferPointer) {
        var value: UInt8 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                value = value << 4 | ((digit | 0x20) - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        self = value
    }
}
