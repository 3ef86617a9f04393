import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SQL
import Stripe

/// Takes the API's calls in: who calls, with what, and whether it was answered before.
struct StripeAPI: Sendable {
    let database: any Database
    let publicURL: String
    let now: @Sendable () -> Int64
    /// Says that there may be something to deliver.
    let changed: @Sendable () -> Void
    let logger: Logger

    private static let largestBody = 256 << 10

    func add(_ routes: [StripeRoute], to router: Router<BasicRequestContext>) {
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await respond(to: request, by: route, id: context.parameters.get("id") ?? "")
            }
        }
    }

    private func respond(to request: Request, by route: StripeRoute, id: String) async -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.requestID] = StripeLedger.newID("req", length: 14)
        headers[.stripeVersion] = StripeSandbox.apiVersion
        let status: Int
        let body: StripeValue
        do {
            try authenticate(request.headers[.authorization])
            let form = try await form(of: request)
            let answer = try await perform(route, request, form, id: id)
            if answer.isReplayed { headers[.idempotentReplayed] = "true" }
            (status, body) = (200, answer.body)
        } catch let fault as StripeFault {
            (status, body) = (fault.status, fault.body)
        } catch {
            logger.error("the Stripe sandbox failed", metadata: ["error": "\(error)", "path": "\(route.path)"])
            let fault = StripeFault(status: 500, type: "api_error", "Something is wrong in the sandbox.")
            (status, body) = (fault.status, fault.body)
        }
        let text = (try? JSONText.encode(body)) ?? "{}"
        return Response(
            status: HTTPResponse.Status(code: status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Any key that begins with `sk_` will do, as a bearer token or as the name of Basic authentication.
    private func authenticate(_ header: String?) throws(StripeFault) {
        guard let header, let space = header.firstIndex(of: " ") else { throw .noKey }
        let credential = header[header.index(after: space)...]
        switch header[..<space].lowercased() {
        case "bearer":
            guard credential.hasPrefix("sk_") else { throw .wrongKey }
        case "basic":
            guard let bytes = Data(base64Encoded: String(credential)), bytes.starts(with: Array("sk_".utf8)) else {
                throw .wrongKey
            }
        default:
            throw .noKey
        }
    }

    private func form(of request: Request) async throws -> StripeForm {
        var text = request.uri.query ?? ""
        if request.method == .post {
            guard let body = try? await request.body.collect(upTo: Self.largestBody) else {
                throw StripeFault(status: 413, "The request body is too large or broke off.")
            }
            let type = request.headers[.contentType] ?? ""
            guard body.readableBytes == 0 || type.hasPrefix("application/x-www-form-urlencoded") else {
                throw StripeFault(
                    "Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
            }
            text += (text.isEmpty ? "" : "&") + String(buffer: body)
        }
        guard let form = StripeForm(encoded: text) else {
            throw StripeFault("Invalid request: the parameters aren't form-encoded UTF-8.")
        }
        return form
    }

    private func perform(
        _ route: StripeRoute, _ request: Request, _ form: StripeForm, id: String
    ) async throws -> (body: StripeValue, isReplayed: Bool) {
        let parameters = try StripeParameters(form, known: route.parameters)
        let path = request.uri.path
        let now = now()
        let publicURL = publicURL
        let answer: @Sendable (any Transaction) throws -> StripeValue = { transaction in
            let ledger = StripeLedger(transaction: transaction, now: now, publicURL: publicURL)
            let call = StripeCall(ledger: ledger, parameters: parameters, publicURL: publicURL, path: path, id: id)
            return try call.expanded(try route.perform(call))
        }
        guard route.method != .get else { return (try await database.read(answer), false) }

        let key = request.headers[.idempotencyKey]
        guard key?.utf8.count ?? 0 <= 255 else {
            throw StripeFault(type: "idempotency_error", "Idempotency keys can have up to 255 characters.")
        }
        let fields = form.fields.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "\n")
        let wish = StripeAnswers.Wish(key: key, request: "\(route.method.rawValue) \(path)\n\(fields)", now: now)
        let result = try await database.write { transaction in
            if let stored = try StripeAnswers.find(wish, transaction) { return (body: stored, isReplayed: true) }
            let body = try answer(transaction)
            try StripeAnswers.store(body, wish, transaction)
            return (body: body, isReplayed: false)
        }
        changed()
        return result
    }
}

/// The answers to calls with an idempotency key; stored in the transaction in which the call is carried out.
enum StripeAnswers {
    struct Wish: Sendable {
        let key: String?
        let request: String
        let now: Int64
    }

    /// - Throws: a ``StripeFault`` of the type `idempotency_error` if the key came with another request.
    static func find(_ wish: Wish, _ transaction: any Transaction) throws -> StripeValue? {
        guard let key = wish.key,
            let row = try transaction.first(
                "SELECT request, body FROM stripe_answers WHERE idempotency_key = ?1", [.text(key)])
        else { return nil }
        guard try row.text("request") == wish.request else {
            throw StripeFault(
                type: "idempotency_error",
                """
                Keys for idempotent requests can only be used with the same parameters they were first used with. Try using \
                a key other than '\(key)' if you meant to execute a different request.
                """)
        }
        return try StripeValue(json: row.text("body"))
    }

    static func store(_ body: StripeValue, _ wish: Wish, _ transaction: any Transaction) throws {
        guard let key = wish.key else { return }
        try transaction.execute(
            "INSERT INTO stripe_answers (idempotency_key, request, body, created_at) VALUES (?1, ?2, ?3, ?4)",
            [.text(key), .text(wish.request), .text(try JSONText.encode(body)), .integer(wish.now)])
    }

    /// Forgets answers after Stripe's 24 hours.
    static func prune(_ transaction: any Transaction, now: Int64) throws {
        try transaction.execute("DELETE FROM stripe_answers WHERE created_at < ?1", [.integer(now - 86_400)])
    }
}

extension HTTPField.Name {
    // The names are tokens (RFC 9110, 5.6.2), as the initialiser demands.
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    fileprivate static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed")!
    fileprivate static let requestID = HTTPField.Name("Request-Id")!
    fileprivate static let stripeVersion = HTTPField.Name("Stripe-Version")!
}
