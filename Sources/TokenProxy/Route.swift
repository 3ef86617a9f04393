import ModelAPI

/// What the proxy answers to.
enum Route: Hashable {
    case health, readiness, metrics, models
    case call(ModelDialect)

    /// - Parameter target: path and query.
    /// - Throws: ``Refusal`` with 404 or 405.
    init(_ method: RequestHead.Method, target: UnsafeRawBufferPointer) throws(Refusal) {
        let end = target.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? target.count
        let path = target[part: 0..<end]
        guard let route = Self.route(path) else { throw .unknownPath }
        let isCall = if case .call = route { true } else { false }
        guard method == (isCall ? .post : .get) || method == .head && !isCall else {
            throw .wrongMethod(allowed: isCall ? "POST" : "GET")
        }
        self = route
    }

    private static func route(_ path: UnsafeRawBufferPointer) -> Route? {
        func isPath(_ text: StaticString) -> Bool {
            path.isCaseInsensitively(text) && !path.contains { $0 >= 0x41 && $0 <= 0x5A }
        }
        if isPath("/v1/chat/completions") { return .call(.openAI) }
        if isPath("/v1/messages") || isPath("/anthropic/v1/messages") { return .call(.anthropic) }
        if isPath("/v1/models") { return .models }
        if isPath("/healthz") { return .health }
        if isPath("/readyz") { return .readiness }
        if isPath("/metrics") { return .metrics }
        return nil
    }

    /// The form in which errors are told.
    static func dialect(target: UnsafeRawBufferPointer) -> ModelDialect {
        String(decoding: target, as: UTF8.self).contains("/messages") ? .anthropic : .openAI
    }

    /// For metrics: of the table, never what a client sent.
    var name: String {
        switch self {
        case .health: "healthz"
        case .readiness: "readyz"
        case .metrics: "metrics"
        case .models: "models"
        case .call(.openAI): "chat_completions"
        case .call(.anthropic): "messages"
        }
    }
}
