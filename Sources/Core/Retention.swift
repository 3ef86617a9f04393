/// How long each kind of data is kept: the deletion, the privacy page and docs/data-model.md all go by this.
package enum Retention: String, Sendable, CaseIterable {
    case setUpChats = "set-up chats"
    case usageEvents = "usage events"
    case addresses = "e-mail addresses and set-up of former customers, after the subscription's end"
    case agents = "agents' data, after the subscription's end"
    case idleVisitors = "visitors who never paid, after their last word"
    case stripeEvents = "handled Stripe events"
    case completedJobs = "completed jobs"
    case failedJobs = "failed jobs"
    case reminders = "reminders, after they have ended"
    case hostAudit = "what the host looked at and did"
    case alerts = "alerts to the host"
    case webhookDeliveries = "messages to webhooks"
    case statusDays = "days of the status page"
    case nightlyBackups = "nightly backups of an agent, of which one a week is kept after seven days"

    case lastBackups = "other backups of an agent, once it is deleted"

    package var days: Int64 {
        switch self {
        case .setUpChats: 90
        case .usageEvents: 730
        case .addresses: 60
        case .agents: 30
        case .idleVisitors: 30
        case .stripeEvents: 30
        case .completedJobs: 7
        case .failedJobs: 30
        case .reminders: 7
        case .hostAudit: 365
        case .alerts: 365
        case .webhookDeliveries: 30
        case .statusDays: 90
        case .nightlyBackups: 28
        case .lastBackups: 30
        }
    }

    package var duration: Duration { .days(days) }
}
