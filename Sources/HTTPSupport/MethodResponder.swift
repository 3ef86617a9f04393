import HTTPTypes
import Hummingbird

/// Has a method that a known path doesn't take answered with 405 before anything else is asked about the request, such as where
/// it comes from: as OPTIONS, which no route takes (see `Router.refuseOtherMethods`).
struct MethodResponder<Inner: HTTPResponder>: HTTPResponder {
    typealias Context = Inner.Context

    private let inner: Inner
    private let routes: [(pattern: [Substring], methods: Set<HTTPRequest.Method>)]

    /// - Parameter routes: those that are served, not those that are refused.
    init(_ inner: Inner, routes: [(path: String, method: HTTPRequest.Method)]) {
        self.inner = inner
        self.routes = Dictionary(grouping: routes, by: \.path).map { path, routes in
            let methods = Set(routes.map(\.method))
            return (path[...].segments, methods.union(methods.contains(.get) ? [.head] : []))
        }
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        let path = request.uri.path[...].segments
        let matching = routes.filter { $0.pattern.matches(path) }
        guard !matching.isEmpty, !matching.contains(where: { $0.methods.contains(request.method) }) else {
            return try await inner.respond(to: request, context: context)
        }
        var head = request.head
        head.method = .options
        return try await inner.respond(to: Request(head: head, body: request.body), context: context)
    }
}

extension Substring {
    fileprivate var segments: [Substring] { split(separator: "/") }
}

extension [Substring] {
    /// A pattern's `{name}` matches any segment.
    fileprivate func matches(_ path: [Substring]) -> Bool {
        count == path.count && zip(self, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
