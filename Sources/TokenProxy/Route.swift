import ModelAPI
import NIOHTTP1

/// What the proxy answers to.
enum Route: Equatable {
    case health, readiness, metrics, models
    case call(ModelDialect)

    private static let table: [String: (method: HTTPMethod, route: Route)] = [
        "/healthz": (.GET, .health),
        "/readyz": (.GET, .readiness),
        "/metrics": (.GET, .metrics),
        "/v1/models": (.GET, .models),
        "/v1/chat/completions": (.POST, .call(.openAI)),
        "/v1/messages": (.POST, .call(.anthropic)),
        "/anthropic/v1/messages": (.POST, .call(.anthropic)),
    ]

    /// - Throws: ``Refusal`` with 404 or 405.
    init(method: HTTPMethod, uri: String) throws(Refusal) {
        let path = String(uri.prefix { $0 != "?" && $0 != "#" })
        guard let (allowed, route) = Self.table[path] else { throw .unknownPath }
        guard method == allowed else { throw .wrongMethod(allowed: allowed) }
        self = route
    }

    /// The form in which errors are told.
    static func dialect(uri: String) -> ModelDialect {
        uri.contains("/messages") ? .anthropic : .openAI
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
