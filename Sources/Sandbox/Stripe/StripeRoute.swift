import HTTPTypes

/// One call of the API: what it is called with, and what it does, inside one transaction.
struct StripeRoute: Sendable {
    let method: HTTPRequest.Method
    /// With `:id` where an object is named.
    let path: String
    /// See ``StripeParameters``.
    let parameters: [String]
    let perform: @Sendable (StripeCall) throws -> StripeValue

    /// The parameters of every list.
    static let paging = ["limit", "starting_after", "ending_before"]

    static func get(
        _ path: String, _ parameters: [String] = [], _ perform: @escaping @Sendable (StripeCall) throws -> StripeValue
    ) -> StripeRoute {
        StripeRoute(method: .get, path: path, parameters: parameters, perform: perform)
    }

    static func post(
        _ path: String, _ parameters: [String] = [], _ perform: @escaping @Sendable (StripeCall) throws -> StripeValue
    ) -> StripeRoute {
        StripeRoute(method: .post, path: path, parameters: parameters, perform: perform)
    }

    static func delete(
        _ path: String, _ parameters: [String] = [], _ perform: @escaping @Sendable (StripeCall) throws -> StripeValue
    ) -> StripeRoute {
        StripeRoute(method: .delete, path: path, parameters: parameters, perform: perform)
    }

    /// `GET <path>/:id`
    static func retrieve(_ kind: String, at path: String) -> StripeRoute {
        get(path + "/:id") { try $0.ledger.require(kind, $0.id) }
    }

    /// `GET <path>`
    /// - Parameter filters: parameters that must equal the field of the same name.
    static func list(_ kind: String, at path: String, filters: [String]) -> StripeRoute {
        get(path, paging + filters) { call in
            var wanted: [String: StripeValue] = [:]
            for name in filters {
                guard let value = try call.parameters.text(name) else { continue }
                wanted[name] = Bool(value).map(StripeValue.bool) ?? .text(value)
            }
            return try call.page(try call.ledger.all(kind, where: wanted))
        }
    }
}

/// One call under way.
struct StripeCall {
    let ledger: StripeLedger
    let parameters: StripeParameters
    let publicURL: String
    let path: String
    /// The `:id` of the path.
    let id: String

    var now: Int64 { ledger.now }

    /// The part of a list that was asked for (https://docs.stripe.com/api/pagination).
    /// - Parameter objects: youngest first.
    func page(_ objects: [StripeValue]) throws -> StripeValue {
        let limit = Int(try parameters.integer("limit", in: 1...100) ?? 10)
        if let id = try parameters.text("starting_after") {
            guard let index = objects.firstIndex(where: { $0.id == id }) else {
                throw StripeFault.noSuch("object", id, parameter: "starting_after")
            }
            let rest = objects[(index + 1)...]
            return .page(Array(rest.prefix(limit)), hasMore: rest.count > limit, url: path)
        }
        if let id = try parameters.text("ending_before") {
            guard let index = objects.firstIndex(where: { $0.id == id }) else {
                throw StripeFault.noSuch("object", id, parameter: "ending_before")
            }
            let rest = objects[..<index]
            return .page(Array(rest.suffix(limit)), hasMore: rest.count > limit, url: path)
        }
        return .page(Array(objects.prefix(limit)), hasMore: objects.count > limit, url: path)
    }

    /// `answer` with the objects in place of the ids that `expand[]` names.
    func expanded(_ answer: StripeValue) throws -> StripeValue {
        try parameters.list("expand").reduce(answer) { value, name in
            try expand(value, name.split(separator: ".").prefix(4).map(String.init)[...], name)
        }
    }

    private func expand(_ value: StripeValue, _ path: ArraySlice<String>, _ name: String) throws -> StripeValue {
        guard let field = path.first else { return value }
        if case .list(let elements) = value {
            return .list(try elements.map { try expand($0, path, name) })
        }
        guard case .object(let fields) = value, let inner = fields[field] else {
            throw StripeFault("This property cannot be expanded (\(name)).", parameter: "expand[0]")
        }
        var expanded = value
        if let id = inner.text {
            guard let object = try ledger.find(id) else {
                throw StripeFault("This property cannot be expanded (\(name)).", parameter: "expand[0]")
            }
            expanded[field] = try expand(object, path.dropFirst(), name)
        } else if inner != .null {
            expanded[field] = try expand(inner, path.dropFirst(), name)
        }
        return expanded
    }
}
