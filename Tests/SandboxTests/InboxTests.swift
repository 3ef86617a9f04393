import AsyncHTTPClient
import Core
import FoundationEssentials
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Sandbox
@testable import Telegram

/// How a sleeping agent's messages are watched for, at the sandbox's Telegram.
@Suite(.timeLimit(.minutes(1)))
struct InboxTests {
    private func inbox(_ lab: AgentLab, users: Set<Int64>? = nil, patience: Int = 0) -> Inbox {
        Inbox(
            telegram: lab.telegram.client(lab.environment["TELEGRAM_BOT_TOKEN"] ?? ""), users: users ?? [lab.ownerID],
            patience: patience)
    }

    @Test func whatIsLookedAtIsStillThereForTheAgent() async throws {
        let model = ScriptedModel(.said("Good morning"), .said("Fine"))
        try await TelegramLab.run(model: model) { (telegram) async throws in
            let lab = try await AgentLab(telegram)
            let inbox = inbox(lab)
            #expect(try await inbox.look() == .nothing)
            try await lab.phone.say("hello", to: AgentLab.bot)
            for _ in 1...3 { #expect(try await inbox.look() == .message(chatIDs: [lab.ownerID])) }
            try await lab.whileAgentRuns { () async throws in
                #expect(try await lab.said(untilThereAre: 2) == ["hello", "Good morning"])
                // It confirms what it has answered when it asks for more.
                try await lab.phone.say("and now?", to: AgentLab.bot)
                _ = try await lab.said(untilThereAre: 4)
            }
            let left = try await inbox.telegram.getUpdates().compactMap(\.message?.text)
            #expect(!left.contains("hello"), "the agent has confirmed it")
            #expect(model.questions.count == 2)
        }
    }

    @Test func aMessageEndsTheWaitAtOnce() async throws {
        try await TelegramLab.run { (telegram) async throws in
            let lab = try await AgentLab(telegram)
            let inbox = inbox(lab, patience: 50)
            async let finding = inbox.look()
            try await lab.phone.say("hello", to: AgentLab.bot)
            #expect(try await finding == .message(chatIDs: [lab.ownerID]))
        }
    }

    @Test func strangersDoNotWakeIt() async throws {
        try await TelegramLab.run { (telegram) async throws in
            let lab = try await AgentLab(telegram)
            try await lab.phone.say("hello", to: AgentLab.bot)
            #expect(try await inbox(lab, users: [1]).look() == .strangers)
        }
    }

    @Test(arguments: [
        (#"{"update_id":1,"callback_query":{"id":"1","from":{"id":7,"is_bot":false,"first_name":"Ana"}}}"#, true),
        (#"{"update_id":1,"callback_query":{"id":"1","from":{"id":8,"is_bot":false,"first_name":"Eve"}}}"#, false),
        (#"{"update_id":1,"edited_message":{"message_id":1,"date":1,"chat":{"id":8,"type":"private"},"text":"hi"}}"#, false),
        (#"{"update_id":1,"my_chat_member":{"date":1}}"#, false),
        // Nobody can tell whose it is.
        (#"{"update_id":1,"message":{"message_id":"one"}}"#, true),
    ])
    func whatIsNoMessageWakesItOnlyFromItsPeople(_ update: String, _ wakes: Bool) throws {
        let update = try JSONDecoder().decode(ReceivedUpdate.self, from: Data(update.utf8)).update
        let nobody = TelegramClient(httpClient: .shared, apiRoot: "http://127.0.0.1:9", token: "1:x")
        #expect(Inbox(telegram: nobody, users: [7], patience: 0).wakes(update) == wakes)
    }

    @Test func aHundredMessagesOfStrangersDoLestTheyHideOthers() async throws {
        try await TelegramLab.run { (telegram) async throws in
            let lab = try await AgentLab(telegram)
            for number in 1...100 { try await lab.phone.say("hello \(number)", to: AgentLab.bot) }
            #expect(try await inbox(lab, users: [1]).look() == .message(chatIDs: []))
        }
    }

    @Test func asksAgainAfterSomebodyElseHasPolled() async throws {
        try await TelegramLab.run { (telegram) async throws in
            let lab = try await AgentLab(telegram)
            let (first, second) = (inbox(lab, patience: 50), inbox(lab))
            let waiting = Task { try await first.look() }
            let poking = Task { while !Task.isCancelled { _ = try await second.look() } }
            #expect(try await waiting.value == .conflict)
            poking.cancel()
        }
    }

    @Test func saysThatATokenIsNoMore() async throws {
        try await TelegramLab.run { (telegram) async throws in
            let inbox = Inbox(telegram: telegram.client("1:" + String(repeating: "x", count: 35)), users: [1], patience: 0)
            let finding = try await inbox.look()
            #expect(finding == .refused(.unauthorized))
        }
    }
}
