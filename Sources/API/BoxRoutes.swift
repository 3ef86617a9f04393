import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Jobs
import SQL
import Store

/// `GET /v1/box` and `POST /v1/box/restart`: the agent of whoever is signed in.
struct BoxRoutes: Sendable {
    let queue: WorkQueue
    let limits: CustomerLimits
    let telegramLinkBase: String

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/box", use: show)
        router.post("/v1/box/restart", use: restart)
    }

    @Sendable private func show(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let box = try await queue.database.read { try Self.currentBox(of: customer, in: $0) }
        return try Response(json: BoxBody(box, in: context.language, telegramLinkBase: telegramLinkBase))
    }

    /// Asks for a restart; the operator performs it a moment later.
    @Sendable private func restart(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let key = try await IdempotencyKey(of: request, context: context)
        try await limits.restarts.check(customer.id.rawValue)
        let answer = try await queue.write { work in
            try IdempotencyStore(work.transaction).once(key, customerID: customer.id, now: work.now) {
                let current = try Self.currentBox(of: customer, in: work.transaction)
                guard let box = try work.restart(current) else {
                    throw DomainError(
                        .conflict, code: "box_not_running",
                        "The agent can't be restarted, because it isn't meant to run at the moment.")
                }
                return try RecordedAnswer(
                    status: .accepted, json: BoxBody(box, in: context.language, telegramLinkBase: telegramLinkBase))
            }
        }
        return answer.response
    }

    private static func currentBox(of customer: Customer, in transaction: any Transaction) throws -> Box {
        guard let box = try BoxStore(transaction).current(customerID: customer.id) else {
            throw DomainError(.notFound, code: "no_box", "You have no agent yet. The chat on our site is where one begins.")
        }
        return box
    }
}

/// A box, as the API shows it to its owner. Without any token.
struct BoxBody: Encodable, Sendable {
    let id: Box.ID
    let tier: Tier
    let agentName: String
    let purpose: String
    let language: Language
    let desired: DesiredState
    let status: BoxStatus
    let detail: String?
    let bot: BotBody?
    let createdAt: String
    let readyAt: String?

    struct BotBody: Encodable, Sendable {
        let username: String
        let url: String
    }

    init(_ box: Box, in language: Language, telegramLinkBase: String) {
        id = box.id
        tier = box.tier
        agentName = box.agentName
        purpose = box.purpose
        self.language = box.language
        desired = box.desired
        status = box.status
        detail = box.message?.text[language]
        bot = box.bot.map { BotBody(username: $0.username, url: "\(telegramLinkBase)/\($0.username)") }
        createdAt = box.createdAt.description
        readyAt = box.readyAt?.description
    }
}
