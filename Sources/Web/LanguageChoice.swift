import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Jobs
import Store

/// `?lang=en` or `?lang=pt` on any page: speaks that language from then on, in this browser and with this customer.
struct LanguageChoice: RouterMiddleware {
    typealias Context = AppRequestContext

    private static let cookieLifetime = Duration.days(365)

    let queue: WorkQueue
    let isSecure: Bool

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get, let chosen = request.uri.queryParameters["lang"].map(String.init),
            let language = Language(rawValue: chosen)
        else { return try await next(request, context) }
        var context = context
        context.language = language
        if let customerID = context.customer?.id, context.customer?.language != language {
            try await remember(language, customerID)
            context.customer?.language = language
        }
        var response = try await next(request, context)
        response.setCookie(
            Cookie(
                name: LanguageMiddleware.cookieName, value: language.rawValue,
                maxAge: Int(Self.cookieLifetime.components.seconds), path: "/", secure: isSecure, httpOnly: true,
                sameSite: .lax))
        return response
    }

    private func remember(_ language: Language, _ customerID: Customer.ID) async throws {
        try await queue.write { work in
            let store = CustomerStore(work.transaction)
            guard var customer = try store.find(customerID) else { return }
            customer.language = language
            try store.update(customer)
            // The conversation, the agent and an open payment page follow.
            if let conversation = try ConversationStore(work.transaction).find(customerID: customerID) {
                try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: customerID))
            }
        }
    }
}
