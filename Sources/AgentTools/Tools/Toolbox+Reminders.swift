import Core
import FoundationEssentials
import JSON
import Jobs
import SQL
import Store

extension Toolbox {
    /// Nobody plans further ahead, and a model that miscounts a year shall be told.
    private static let horizon = Duration.days(5 * 365)
    /// Of a list, so that it can't fill the agent's context.
    private static let longestList = 50
    private static let longestLine = 120

    func setReminder(_ arguments: JSONValue, for agent: ProxyCredential) async throws -> ToolAnswer {
        let arguments = try ToolArguments(arguments, known: ["text", "when", "repeat"])
        let text = try Self.checked(text: try arguments.text("text"))
        guard let asked = LocalTime(try arguments.text("when")) else {
            throw ToolAnswer(
                error: "\"when\" must be the owner's local time, such as 2026-12-01T09:00, without a time zone.")
        }
        let repetition = try arguments.word("repeat", else: Reminder.Repetition.once)
        let limit = plans[agent.tier].reminders
        return try await queue.write { work in
            guard let box = try BoxStore(work.transaction).find(agent.boxID, customerID: agent.customerID) else {
                throw ToolAnswer(error: "There is no such agent.")
            }
            let time = try Self.firstTime(asked, repetition, box: box, now: work.now)
            let reminder: Reminder
            do {
                reminder = try ReminderStore(work.transaction).insert(
                    id: work.ids.next(), customerID: agent.customerID, boxID: agent.boxID, text: text,
                    repetition: repetition, localTime: time, limit: limit, now: work.now)
            } catch let error as DomainError {
                throw ToolAnswer(error: error.message)
            }
            try work.enqueueReminders(at: reminder.occursAt)
            work.changed(agent.customerID)
            return ToolAnswer("Reminder \(reminder.number) is set for \(Self.when(reminder)), \(Self.clock(box, work.now))")
        }
    }

    func listReminders(_ arguments: JSONValue, for agent: ProxyCredential) async throws -> ToolAnswer {
        _ = try ToolArguments(arguments, known: [])
        let now = queue.clock.now
        let (box, reminders) = try await queue.database.read { transaction in
            (
                try BoxStore(transaction).find(agent.boxID, customerID: agent.customerID),
                try ReminderStore(transaction).waiting(boxID: agent.boxID, customerID: agent.customerID)
            )
        }
        guard let box else { throw ToolAnswer(error: "There is no such agent.") }
        let limit = plans[agent.tier].reminders
        var lines = ["\(reminders.count) of at most \(limit) reminders wait, \(Self.clock(box, now))"]
        lines += reminders.prefix(Self.longestList).map { reminder in
            let text =
                reminder.text.count > Self.longestLine ? reminder.text.prefix(Self.longestLine) + "…" : reminder.text[...]
            return "\(reminder.number): \(Self.when(reminder)): \(text.replacing("\n", with: " "))"
        }
        if reminders.count > Self.longestList { lines.append("(\(reminders.count - Self.longestList) later ones)") }
        return ToolAnswer(lines.joined(separator: "\n"))
    }

    func cancelReminder(_ arguments: JSONValue, for agent: ProxyCredential) async throws -> ToolAnswer {
        let number = try ToolArguments(arguments, known: ["id"]).integer("id")
        return try await queue.write { work in
            let store = ReminderStore(work.transaction)
            let waiting = try store.waiting(boxID: agent.boxID, customerID: agent.customerID)
            guard let reminder = waiting.first(where: { $0.number == number }),
                try store.cancel(reminder.id, customerID: agent.customerID, now: work.now) != nil
            else {
                let numbers = waiting.isEmpty ? "none" : waiting.map { String($0.number) }.joined(separator: ", ")
                throw ToolAnswer(error: "No reminder \(number) is waiting. Waiting: \(numbers).")
            }
            work.changed(agent.customerID)
            return ToolAnswer("Reminder \(number) is cancelled.")
        }
    }

    private static func checked(text: String) throws(ToolAnswer) -> String {
        let text = text.filter { $0 != "\0" }
        guard text.contains(where: { !$0.isWhitespace }) else { throw ToolAnswer(error: "\"text\" is empty.") }
        guard text.count <= Reminder.longestText else {
            throw ToolAnswer(error: "\"text\" has \(text.count) characters; \(Reminder.longestText) are allowed.")
        }
        return text
    }

    /// A repeated reminder whose beginning has passed begins with its next time.
    private static func firstTime(
        _ asked: LocalTime, _ repetition: Reminder.Repetition, box: Box, now: Timestamp
    ) throws(ToolAnswer) -> LocalTime {
        var time = repetition.first(from: asked)
        if time.moment(in: box.zone) <= now {
            guard let next = repetition.nextOccurrence(after: time, now: now, in: box.zone) else {
                throw ToolAnswer(error: "That time has passed: \(clock(box, now)) Give a later time.")
            }
            time = next
        }
        guard time.moment(in: box.zone) <= now + horizon else {
            throw ToolAnswer(error: "That is more than five years ahead: \(clock(box, now))")
        }
        return time
    }

    private static func when(_ reminder: Reminder) -> String {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let day = days[reminder.localTime.weekday]
        return reminder.repetition == .once
            ? "\(day) \(reminder.localTime)" : "\(day) \(reminder.localTime), \(reminder.repetition.rawValue)"
    }

    /// The end of a sentence.
    private static func clock(_ box: Box, _ now: Timestamp) -> String {
        let time = LocalTime(now, in: box.zone)
        guard box.timeZone == nil else { return "it is now \(time) in \(box.zoneName)." }
        return "it is now \(time) in UTC. The owner's time zone is not known: ask where they live, then call time_zone_set."
    }
}

extension UnitOfWork {
    /// Has due reminders looked for at this moment, at the latest.
    func enqueueReminders(at time: Timestamp) throws {
        try enqueue(SendReminders(), after: max(.zero, time - now))
    }
}
