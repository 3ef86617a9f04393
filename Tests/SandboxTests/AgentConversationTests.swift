import FoundationEssentials
import HTTPTypes
import Telegram
import TestSupport
import Testing

@testable import Sandbox

struct AgentConversationTests {
    @Test func answersItsOwnerWithTheModelsWords() async throws {
        let model = ScriptedModel(.said("Good ", "morning"))
        try await TelegramLab.run(model: model) { telegram in
            let lab = try await AgentLab(telegram)
            try await lab.whileAgentRuns { () async throws in
                #expect(try await lab.say("hello", untilThereAre: 2) == ["hello", "Good morning"])
            }
            let question = try #require(model.questions.first)
            #expect(question.authorization == "Bearer ocp_secret")
            #expect(question.body.contains(#""model":"k2p5""#))
            #expect(question.body.contains(#""stream":true"#))
            #expect(question.body.contains(#""include_usage":true"#))
            #expect(question.body.contains("You are Ana's agent."))
        }
    }

    @Test func greetsWithoutAskingTheModel() async throws {
        let model = ScriptedModel(.said("never"))
        try await TelegramLab.run(model: model) { telegram in
            let lab = try await AgentLab(telegram)
            try await lab.whileAgentRuns { () async throws in
                let said = try await lab.say("/start", untilThereAre: 2)
                #expect(said.last?.contains("Agent") == true)
            }
            #expect(model.questions.isEmpty)
        }
    }

    @Test func ignoresStrangers() async throws {
        let model = ScriptedModel(.said("yes"))
        try await TelegramLab.run(model: model) { telegram in
            let lab = try await AgentLab(telegram)
            let stranger = telegram.phone()
            try await stranger.say("let me in", to: AgentLab.bot)
            try await lab.whileAgentRuns { () async throws in
                #expect(try await lab.say("hello", untilThereAre: 2) == ["hello", "yes"])
            }
            #expect(try await stranger.messages(AgentLab.bot).map(\.text) == ["let me in"])
            #expect(model.questions.count == 1)
        }
    }

    @Test func remembersTheConversationAfterARestart() async throws {
        let model = ScriptedModel(.said("first answer"), .said("second answer"))
        try await TelegramLab.run(model: model) { telegram in
            let lab = try await AgentLab(telegram)
            try await lab.whileAgentRuns { _ = try await lab.say("first question", untilThereAre: 2) }
            // Said while the agent is dead.
            try await lab.phone.say("second question", to: AgentLab.bot)
            try await lab.whileAgentRuns { () async throws in
                #expect(
                    try await lab.said(untilThereAre: 4) == [
                        "first question", "first answer", "second question", "second answer",
                    ])
            }
            let second = try #require(model.questions.last).body
            #expect(second.contains("first question"))
            #expect(second.contains("first answer"))
        }
    }

    @Test func sendsAnAnswerThatItHasInsteadOfAskingTwice() async throws {
        let model = ScriptedModel(.said("never"))
        try await TelegramLab.run(model: model) { telegram in
            let lab = try await AgentLab(telegram)
            try await lab.phone.say("question", to: AgentLab.bot)
            let token = try #require(lab.environment["TELEGRAM_BOT_TOKEN"])
            let update = try #require(try await telegram.client(token).getUpdates().first)
            // As if killed between the model's answer and the sending.
            var session = AgentSession()
            session.unsent = .init(updateID: update.updateID, text: "the answer from before")
            try AgentMemory(directory: lab.stateDirectory + "/sessions").save(session, chatID: lab.ownerID)
            try await lab.whileAgentRuns { () async throws in
                #expect(try await lab.said(untilThereAre: 2) == ["question", "the answer from before"])
            }
            #expect(model.questions.isEmpty)
        }
    }

    @Test func aMessageIsConfirmedOnlyAfterItsAnswer() async throws {
        let model = ScriptedModel(.refused(.serviceUnavailable))
        try await TelegramLab.run(model: model) { telegram in
            let lab = try await AgentLab(telegram)
            try await lab.phone.say("question", to: AgentLab.bot)
            try await lab.whileAgentRuns { () async throws in
                try await eventually("the model is asked") { !model.questions.isEmpty }
            }
            let token = try #require(lab.environment["TELEGRAM_BOT_TOKEN"])
            #expect(try await telegram.client(token).getUpdates().compactMap(\.message?.text) == ["question"])
        }
    }

    @Test func anAgentThatIsAskedToEndFinishesItsAnswer() async throws {
        var slow = ScriptedModel.Reply.said("worth the wait")
        slow.delay = .milliseconds(500)
        let model = ScriptedModel(slow)
        try await TelegramLab.run(model: model) { telegram async throws in
            let lab = try await AgentLab(telegram)
            try await lab.phone.say("question", to: AgentLab.bot)
            try await lab.untilAgentIsAskedToEnd {
                try await eventually("the model is asked") { !model.questions.isEmpty }
            }
            #expect(try await lab.phone.messages(AgentLab.bot).map(\.text) == ["question", "worth the wait"])
            #expect(try AgentMemory(directory: lab.stateDirectory + "/sessions").nextUpdateID() != nil)
        }
    }

    @Test func printsNoneOfItsKeys() async throws {
        try await TelegramLab.run { telegram async throws in
            let agent = try await AgentLab(telegram).agent()
            #expect("\(agent)" == "SandboxAgent")
            #expect(!"\(TelegramLab.manager)".contains(TelegramLab.manager.token))
        }
    }

    @Test func longAnswersComeInParts() {
        let text = String(repeating: "é", count: 5000)
        let parts = AgentChannel.parts(of: text)
        #expect(parts.map(\.count) == [4096, 904])
        #expect(parts.joined() == text)
    }
}
