import Core
import FoundationEssentials
import JSON
import Store
import TestSupport
import Testing

@testable import AgentTools

/// What a model reads. It is 2026-01-01T00:00Z, which is 2025-12-31T21:00 in São Paulo.
struct ToolTests {
    @Test func aReminderIsSetForTheOwnersTime() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            let answer = try await lab.call(
                "reminders_set", ["text": "Pay the rent", "when": "2026-01-02T09:00"], by: agent)
            #expect(
                answer == "Reminder 1 is set for Fri 2026-01-02T09:00, it is now 2025-12-31T21:00 in America/Sao_Paulo.")
            let reminder = try #require(try await lab.waiting(agent).first)
            #expect(reminder.text == "Pay the rent" && reminder.repetition == .once)
            #expect(reminder.occursAt.description == "2026-01-02T12:00:00Z")
        }
    }

    @Test func whoseZoneIsUnknownIsToBeAsked() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(zone: nil)
            let answer = try await lab.call("reminders_set", ["text": "x", "when": "2026-01-02T09:00"], by: agent)
            #expect(answer.contains("in UTC. The owner's time zone is not known: ask where they live"))
            #expect(
                try await lab.call("time_zone_set", ["zone": "Europe/Berlin"], by: agent)
                    == "The time zone is Europe/Berlin, where it is 2026-01-01T01:00. The waiting reminders keep their local times."
            )
            #expect(try await lab.waiting(agent).first?.occursAt.description == "2026-01-02T08:00:00Z")
            #expect(try await lab.nextLook()?.description == "2026-01-02T08:00:00Z")
            let wrong = try await lab.call("time_zone_set", ["zone": "Berlin"], by: agent)
            #expect(wrong.hasPrefix("ERROR: There is no time zone \"Berlin\". Give the IANA name"))
        }
    }

    @Test(
        arguments: [
            (["when": "2026-01-02T09:00"], "\"text\" is missing."),
            (["text": "x"], "\"when\" is missing."),
            (["text": "  ", "when": "2026-01-02T09:00"], "\"text\" is empty."),
            (["text": "x", "when": "tomorrow at 9"], "\"when\" must be the owner's local time, such as 2026-12-01T09:00"),
            (["text": "x", "when": "2026-01-02T09:00Z"], "\"when\" must be the owner's local time"),
            (
                ["text": "x", "when": "2025-12-31T21:00"],
                "That time has passed: it is now 2025-12-31T21:00 in America/Sao_Paulo."
            ),
            (["text": "x", "when": "2036-01-02T09:00"], "That is more than five years ahead: it is now 2025-12-31T21:00"),
            (["text": "x", "when": "2026-01-02T09:00", "repeat": "hourly"], "\"repeat\" must be one of: once, daily"),
            (
                ["text": "x", "when": "2026-01-02T09:00", "to": "Bob"],
                "There is no argument \"to\". This tool takes text, when"
            ),
            (["text": 7, "when": "2026-01-02T09:00"], "\"text\" must be a string."),
            ([], "The arguments must be an object."),
        ] as [(JSONValue, String)])
    func aMistakeIsToldInWordsThatHelp(_ arguments: JSONValue, _ text: String) async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            let answer = try await lab.call("reminders_set", arguments, by: agent)
            #expect(answer.hasPrefix("ERROR: " + text), "\(answer)")
            #expect(try await lab.waiting(agent).isEmpty)
        }
    }

    @Test func aTextIsTakenAsItIsUpToItsLength() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            let when: JSONValue = "2026-01-02T09:00"
            let longest = String(repeating: "ã", count: Reminder.longestText)
            try await lab.set(longest, "2026-01-02T09:00", by: agent)
            let answer = try await lab.call("reminders_set", ["text": .string(longest + "x"), "when": when], by: agent)
            #expect(answer == "ERROR: \"text\" has 1001 characters; 1000 are allowed.")
            try await lab.set("a\0b\n<c> & '; DROP TABLE reminders", "2026-01-02T09:00", by: agent)
            #expect(try await lab.waiting(agent).map(\.text).last == "ab\n<c> & '; DROP TABLE reminders")
        }
    }

    @Test func whatRepeatsBeginsWithItsNextTime() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            try await lab.set("Daily", "2025-12-31T09:00", .daily, by: agent)
            try await lab.set("Weekdays", "2026-01-03T09:00", .weekdays, by: agent)
            let times = try await lab.waiting(agent).map(\.localTime.description)
            #expect(times == ["2026-01-01T09:00", "2026-01-05T09:00"])
        }
    }

    @Test(arguments: [(Tier.starter, 20), (.pro, 100), (.team, 100)])
    func thePlanLimitsHowManyWait(_ tier: Tier, _ limit: Int) async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(tier)
            for number in 1...limit {
                // The rate of calls isn't what this is about.
                lab.platform.clock.advance(by: .seconds(1))
                try await lab.set("\(number)", "2026-02-02T09:00", by: agent)
            }
            let next: JSONValue = ["text": "x", "when": "2026-02-02T09:00"]
            #expect(
                try await lab.call("reminders_set", next, by: agent)
                    == "ERROR: \(limit) reminders are waiting, and the plan has no more. Cancel one first.")
            #expect(try await lab.call("reminders_cancel", ["id": 3], by: agent) == "Reminder 3 is cancelled.")
            try await lab.set("x", "2026-02-02T09:00", by: agent)
            #expect(try await lab.waiting(agent).count == limit)
        }
    }

    @Test func theListIsShortAndInOrder() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            #expect(
                try await lab.call("reminders_list", by: agent)
                    == "0 of at most 20 reminders wait, it is now 2025-12-31T21:00 in America/Sao_Paulo.")
            try await lab.set("Second\nline", "2026-01-03T09:00", by: agent)
            try await lab.set(String(repeating: "x", count: 200), "2026-01-02T09:00", .daily, by: agent)
            let lines = try await lab.call("reminders_list", by: agent).split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[1] == "2: Fri 2026-01-02T09:00, daily: \(String(repeating: "x", count: 120))…")
            #expect(lines[2] == "1: Sat 2026-01-03T09:00: Second line")
        }
    }

    @Test func onlyWhatWaitsCanBeCancelled() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            let other = try await lab.agent(botID: 7_000_000_900)
            try await lab.set("Mine", "2026-01-02T09:00", by: agent)
            #expect(
                try await lab.call("reminders_cancel", ["id": 1], by: other)
                    == "ERROR: No reminder 1 is waiting. Waiting: none.")
            #expect(
                try await lab.call("reminders_cancel", ["id": "2"], by: agent)
                    == "ERROR: No reminder 2 is waiting. Waiting: 1.")
            #expect(
                try await lab.call("reminders_cancel", ["id": "one"], by: agent) == "ERROR: \"id\" must be a whole number.")
            #expect(try await lab.call("reminders_cancel", ["id": "1"], by: agent) == "Reminder 1 is cancelled.")
            try await lab.goTo("2026-01-02T12:00")
            #expect(lab.telegram.messages.isEmpty)
        }
    }

    @Test func whatIsLeftOfTheMonthIsToldForNothing() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            #expect(
                try await lab.call("usage_left", by: agent)
                    == "1000000 of 1000000 units are left (100 %). A new month begins on 2026-01-30T21:00 (America/Sao_Paulo)."
            )
            try await lab.use(agent, [(.message, 1_000), (.message, 500), (.tool, 300), (nil, 7)])
            #expect(
                try await lab.call("usage_left", by: agent).hasSuffix(
                    " 2 messages were answered, about 900 units each. Used for: answers to messages 1500, "
                        + "further steps with tools 300, not told apart 7."))
            lab.platform.clock.advance(by: .days(4))
            try await lab.use(agent, [(.message, 700_000)], named: "later")
            // 288,193 units of which the agent can use the like of 701,807 in four days.
            #expect(
                try await lab.call("usage_left", by: agent).contains(
                    " At the pace of the last days they last until 2026-01-06T12:25. 3 messages were answered"))
            lab.platform.clock.advance(by: .days(27))
            #expect(try await lab.call("usage_left", by: agent) == "This month's allowance isn't known yet.")
            #expect(try await lab.call("usage_left", ["of": "Bob"], by: agent).hasPrefix("ERROR: There is no argument"))
        }
    }
}
