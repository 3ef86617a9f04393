import Core
import HTTPSupport
import Hummingbird
import Identity
import Jobs
import Synchronization

/// `/box/events`: the parts of the dashboard and of the progress page, sent again whenever they change.
struct BoxEvents: Sendable {
    let site: Site
    let queue: WorkQueue
    let identity: IdentityService
    let streams: EventStreams
    let notifier: any Notifier
    let views: BoxViews
    let interval: Duration

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/box/events") { request, context in
            let (customer, session) = try context.requireSession()
            let sent = SentParts()
            let language = context.language
            return Response.events(
                on: CustomerChanges(notifier: notifier, customerID: customer.id, interval: interval),
                stream: streams.open(session: session, client: context.client), request: request
            ) {
                guard try await identity.customer(sessionToken: session) != nil else { return nil }
                return sent.new(of: try await parts(customer.id, language))
            }
        }
    }

    private func parts(_ customerID: Customer.ID, _ language: Language) async throws -> [ServerSentEvent] {
        guard let snapshot = try await BoxSnapshot.load(customerID, from: queue) else { return [] }
        let texts = site.texts(language)
        let plan = views.plans[snapshot.subscription?.tier ?? snapshot.box.tier]
        return [
            part("progress", ProgressView.template, ProgressView(snapshot, views: views, texts: texts), language),
            part("applied", AppliedView.template, AppliedView(snapshot.box, texts: texts), language),
            part("status", StatusView.template, StatusView(snapshot, views: views, texts: texts), language),
            part("banner", BannerPart.template, BannerPart(BillingBanner(snapshot, views: views, texts: texts)), language),
            part("usage", UsageView.template, UsageView(snapshot, plan: plan, texts: texts), language),
            part("reminders", RemindersView.template, RemindersView(snapshot, texts: texts), language),
            part("causes", CausesView.template, CausesView(snapshot.causes, texts: texts), language),
            part("recent", RecentView.template, RecentView(snapshot.recentCalls, texts: texts), language),
        ]
    }

    private func part(
        _ name: String, _ template: String, _ model: some Sendable, _ language: Language
    ) -> ServerSentEvent {
        ServerSentEvent(name: name, data: site.fragment(template, model, language: language))
    }
}

/// What one client has been sent, so that only what differs is sent again.
private final class SentParts: Sendable {
    private let parts = Mutex<[String: String]>([:])

    func new(of events: [ServerSentEvent]) -> [ServerSentEvent] {
        parts.withLock { parts in
            let new = events.filter { parts[$0.name] != $0.data }
            for event in new { parts[event.name] = event.data }
            return new
        }
    }
}
