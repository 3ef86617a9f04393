import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Jobs
import SQL
import Store

/// `GET /v1/reminders` and `DELETE /v1/reminders/{id}`: what the agent of whoever is signed in will remind them of.
struct ReminderRoutes: Sendable {
    let queue: WorkQueue

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/reminders", use: list)
        router.delete("/v1/reminders/{id}", use: cancel)
    }

    @Sendable private func list(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        let reminders = try await queue.database.read { transaction -> [ReminderBody] in
            guard let box = try BoxStore(transaction).current(customerID: customerID) else { return [] }
            return try ReminderStore(transaction).waiting(boxID: box.id, customerID: customerID).map {
                ReminderBody($0, timeZone: box.timeZone ?? "UTC")
            }
        }
        return try Response(json: ["data": reminders])
    }

    @Sendable private func cancel(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        guard let id = Reminder.ID(try context.parameters.require("id")) else { throw Self.unknown }
        try await queue.write { work in
            guard try ReminderStore(work.transaction).cancel(id, customerID: customerID, now: work.now) != nil else {
                throw Self.unknown
            }
            work.changed(customerID)
        }
        return Response(status: .noContent)
    }

    private static let unknown = DomainError(
        .notFound, code: "no_reminder", "No such reminder is waiting. It may have come or been cancelled meanwhile.")
}

/// A reminder that waits, as the API shows it to its owner.
struct ReminderBody: Encodable, Sendable {
    let id: Reminder.ID
    let text: String
    let `repeat`: Reminder.Repetition
    let localTime: String
    let timeZone: String
    let occursAt: String

    init(_ reminder: Reminder, timeZone: String) {
        id = reminder.id
        text = reminder.text
        self.repeat = reminder.repetition
        localTime = reminder.localTime.description
        self.timeZone = timeZone
        occursAt = reminder.occursAt.description
    }
}
