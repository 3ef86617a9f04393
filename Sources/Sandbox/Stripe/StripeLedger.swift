import SQL

/// The objects of the account, inside one transaction.
struct StripeLedger {
    let transaction: any Transaction
    /// Unix time in seconds; the same throughout.
    let now: Int64
    /// When the events are due; later than `now` where what has long been due is done.
    var deliveredAt: Int64?
    /// Where browsers reach the sandbox, without a slash at its end.
    var publicURL = ""

    // MARK: Objects

    func find(_ kind: String, _ id: String) throws -> StripeValue? {
        try transaction.first("SELECT body FROM stripe_objects WHERE id = ?1 AND kind = ?2", [.text(id), .text(kind)])
            .map { try StripeValue(json: $0.text("body")) }
    }

    /// An object of any kind.
    func find(_ id: String) throws -> StripeValue? {
        try transaction.first("SELECT body FROM stripe_objects WHERE id = ?1", [.text(id)])
            .map { try StripeValue(json: $0.text("body")) }
    }

    /// - Parameter parameter: where the id was given; `nil` if in the path.
    /// - Throws: a ``StripeFault`` with `resource_missing`.
    func require(_ kind: String, _ id: String, parameter: String? = nil) throws -> StripeValue {
        guard let object = try find(kind, id), !object["deleted"].isTrue else {
            throw StripeFault.noSuch(kind, id, parameter: parameter)
        }
        return object
    }

    /// Every object of a kind that has these values, youngest first. The database compares them: it is faster at that than we
    /// are at reading an object.
    /// - Parameter fields: texts and booleans by the paths to them, such as `customer` or `items.data[0].price.id`.
    func all(_ kind: String, where fields: [String: StripeValue] = [:]) throws -> [StripeValue] {
        let (conditions, values) = Self.conditions(kind, fields)
        return try transaction.query(
            "SELECT body FROM stripe_objects WHERE \(conditions) ORDER BY position DESC", values
        ).map { try StripeValue(json: $0.text("body")) }
    }

    /// Of the objects of a kind that have these values the one whose moment comes first.
    /// - Parameters:
    ///   - fields: as in ``all(_:where:)``.
    ///   - path: to the moment, in seconds.
    ///   - delay: seconds that are added to it.
    /// - Returns: the moment and the object; `nil` if no such moment has come.
    func due(
        _ kind: String, where fields: [String: StripeValue] = [:], by path: String, after delay: Int64 = 0
    ) throws -> (Int64, StripeValue)? {
        let (conditions, values) = Self.conditions(kind, fields)
        let moment = "json_extract(body, ?\(values.count + 1))"
        let row = try transaction.first(
            """
            SELECT body, \(moment) AS moment FROM stripe_objects WHERE \(conditions) AND \(moment) <= ?\(values.count + 2)
            ORDER BY moment, position DESC LIMIT 1
            """, values + [.text("$." + path), .integer(now - delay)])
        return try row.map { (try $0.integer("moment") + delay, try StripeValue(json: $0.text("body"))) }
    }

    private static func conditions(_ kind: String, _ fields: [String: StripeValue]) -> (String, [SQLValue]) {
        var values: [SQLValue] = [.text(kind)]
        var conditions = "kind = ?1"
        for (path, value) in fields.sorted(by: { $0.key < $1.key }) {
            values.append(.text("$." + path))
            values.append(value.text.map(SQLValue.text) ?? .integer(value.isTrue ? 1 : 0))
            conditions += " AND json_extract(body, ?\(values.count - 1)) = ?\(values.count)"
        }
        return (conditions, values)
    }

    func insert(_ object: StripeValue) throws {
        try transaction.execute(
            "INSERT INTO stripe_objects (id, kind, body) VALUES (?1, ?2, ?3)",
            [.text(object.id), .text(object["object"].text ?? ""), .text(try JSONText.encode(object))])
    }

    func update(_ object: StripeValue) throws {
        try transaction.execute(
            "UPDATE stripe_objects SET body = ?2 WHERE id = ?1", [.text(object.id), .text(try JSONText.encode(object))])
    }

    func remove(_ object: StripeValue) throws {
        try transaction.execute("DELETE FROM stripe_objects WHERE id = ?1", [.text(object.id)])
    }

    /// - Returns: `<prefix>_` and random letters and digits, which nobody can guess.
    static func newID(_ prefix: String, length: Int = 24) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        let characters = (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return prefix + "_" + String(decoding: characters, as: UTF8.self)
    }

    // MARK: Events

    /// Records what happened and owes it to the webhook endpoint, in the transaction in which it happens.
    func emit(_ type: String, _ object: StripeValue) throws {
        let event: StripeValue = [
            "id": .text(Self.newID("evt")), "object": "event", "api_version": .text(StripeSandbox.apiVersion),
            "created": .integer(now), "data": ["object": object], "livemode": false, "pending_webhooks": 1,
            "request": ["id": nil, "idempotency_key": nil], "type": .text(type),
        ]
        try insert(event)
        try transaction.execute(
            "INSERT INTO stripe_deliveries (event_id, attempts, next_at, created_at) VALUES (?1, 0, ?2, ?2)",
            [.text(event.id), .integer(deliveredAt ?? now)])
    }

    /// The ids of the events that the webhook endpoint hasn't acknowledged yet, or never did.
    func owedEvents() throws -> Set<String> {
        Set(
            try transaction.query("SELECT event_id FROM stripe_deliveries", [])
                .map { try $0.text("event_id") })
    }
}
