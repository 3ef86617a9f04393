import Core
import FoundationEssentials
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Operator

@Suite(.timeLimit(.minutes(1)))
struct ReconcileTests {
    @Test func bringsAWantedAgentUpAndTellsItsOwnerInTheChatAndByMail() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            let row = try await stage.row
            #expect(row.status == .running)
            #expect(row.message == nil)
            #expect(row.observedGeneration == row.generation)
            #expect(row.readyAt == testNow)
            let held = try await stage.runtime.proxyTokenHash(of: stage.agent)
            #expect(held != nil)
            #expect(try await stage.activeToken == held)
            let announcements = try await stage.platform.queuedJobs(AnswerVisitor.kind)
            #expect(announcements.count == 1)
            #expect(announcements.first?.contains(stage.conversation.id.rawValue) == true)
            let mails = try await stage.platform.queuedJobs(SendWelcome.kind)
            #expect(mails.count == 1)
            #expect(mails.first?.contains(stage.box.id.rawValue) == true)
            #expect(try await stage.platform.queuedJobs(SayHello.kind).count == 1)
            #expect(stage.platform.notifier.topics.contains(.customer(stage.box.customerID)))
        }
    }

    @Test func tellsThatItIsAtWorkBeforeTheAgentIsReady() async throws {
        try await OperatorStage.run(.mute, timeout: .milliseconds(200)) { stage in
            let error = await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
            #expect(error == .snooze(.seconds(10)))
            let row = try await stage.row
            #expect(row.status == .provisioning)
            #expect(row.message == .starting)
            #expect(row.readyAt == nil)
            #expect(try await stage.platform.queuedJobs(SendWelcome.kind).isEmpty, "nothing is ready yet")
        }
    }

    @Test func whatTakesTooLongIsTroubleWhateverItsReasonAndTheHostIsTold() async throws {
        try await OperatorStage.run(.mute, timeout: .milliseconds(100)) { stage async throws in
            await #expect(throws: JobOutcome.self) {
                try await stage.service.reconciler.reconcile(stage.agent, since: testNow)
            }
            stage.platform.clock.advance(by: .seconds(599))
            await #expect(throws: JobOutcome.self) {
                try await stage.service.reconciler.reconcile(stage.agent, since: testNow)
            }
            #expect(try await stage.row.status == .provisioning)
            #expect(try await stage.platform.queuedJobs(AlertHost.kind).isEmpty)
            stage.platform.clock.advance(by: .seconds(1))
            for _ in 1...3 {
                await #expect(throws: JobOutcome.snooze(.seconds(60))) {
                    try await stage.service.reconciler.reconcile(stage.agent, since: testNow)
                }
                #expect(try await stage.row.status == .failed)
            }
            #expect(try await stage.row.message == .takesLong)
            #expect(try await stage.platform.queuedJobs(AlertHost.kind).count == 1)
        }
    }

    @Test func leavesAnUnchangedBoxAlone() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            let (row, token, topics) = (try await stage.row, try await stage.activeToken, stage.platform.notifier.topics)
            try await stage.reconcile()
            #expect(try await stage.row == row)
            #expect(try await stage.activeToken == token)
            #expect(stage.platform.notifier.topics == topics)
            #expect(stage.stand.starts(stage.box).count == 1)
        }
    }

    @Test func bringsWhatTheAgentReadsIntoTheRunningOneAndIgnoresOtherChanges() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            try await stage.want { _ in }
            try await stage.reconcile()
            #expect(stage.stand.starts(stage.box).count == 1)
            let row = try await stage.row
            #expect(row.observedGeneration == row.generation)

            try await stage.want { $0.purpose = "Sailing." }
            try await stage.reconcile()
            #expect(stage.stand.starts(stage.box).count == 1)
            let place = stage.stand.directory(stage.box).place
            let owner = try #require(FileManager.default.contents(atPath: place.workspace + "/USER.md"))
            #expect(String(decoding: owner, as: UTF8.self).contains("Sailing."))
            #expect(try await stage.row.status == .running)
            for kind in [AnswerVisitor.kind, SendWelcome.kind, SayHello.kind] {
                #expect(try await stage.platform.queuedJobs(kind).count == 1, "it is announced once")
            }
        }
    }

    @Test func restartsWhenAskedTo() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            try await stage.want { $0.restartMarker += 1 }
            try await stage.reconcile()
            try await stage.reconcile()
            #expect(stage.stand.starts(stage.box).count == 2)
        }
    }

    @Test func suspendsAndReactivatesWithTheDataKeptAndANewToken() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            let token = try await stage.activeToken
            try await stage.want { $0.desired = .suspended }
            try await stage.reconcile()
            #expect(try await stage.row.status == .suspended)
            #expect(try await stage.activeToken == nil)
            #expect(stage.stand.processes(stage.box).isEmpty)
            #expect(stage.stand.starts(stage.box).count == 1, "its home is still there")

            try await stage.want { $0.desired = .running }
            try await stage.reconcile()
            #expect(try await stage.row.status == .running)
            #expect(stage.stand.starts(stage.box).count == 2)
            let renewed = try await stage.activeToken
            #expect(renewed != nil && renewed != token)
            #expect(try await stage.runtime.proxyTokenHash(of: stage.agent) == renewed)
        }
    }

    @Test func removesEverythingOfADeletedBox() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            try await stage.want { $0.desired = .deleted }
            try await stage.reconcile()
            try await stage.reconcile()
            #expect(try await stage.row.status == .deleted)
            #expect(try await stage.activeToken == nil)
            #expect(stage.stand.processes(stage.box).isEmpty)
            #expect(!stage.stand.directory(stage.box).exists)
        }
    }

    @Test func doesNothingForADraft() async throws {
        try await OperatorStage.run { stage in
            try await stage.want { $0.desired = .draft }
            let row = try await stage.row
            try await stage.reconcile()
            #expect(try await stage.row == row)
            #expect(!stage.stand.directory(stage.box).exists)
        }
    }

    @Test func saysWhatIsMissingWithoutABot() async throws {
        try await OperatorStage.run(language: .portuguese, withBot: false) { stage in
            try await stage.reconcile()
            let row = try await stage.row
            #expect(row.status == .failed)
            #expect(row.message == .noBot)
            #expect(try await stage.activeToken == nil)
        }
    }

    @Test func saysWhatIsWrongWithAnAgentThatKeepsCrashing() async throws {
        try await OperatorStage.run(.crash, language: .portuguese) { stage in
            await #expect(throws: DomainError.self) { try await stage.reconcile() }
            let row = try await stage.row
            #expect(row.status == .failed)
            #expect(
                row.message == .failed(.exited(code: 3)))
            #expect(row.readyAt == nil)
        }
    }

    @Test func saysSoWhenTheBotTokenCanNotBeRead() async throws {
        try await OperatorStage.run { stage in
            try await stage.want { $0.bot = Box.Bot(id: 77, username: "ada_bot", sealedToken: "v1.x.y", ownerUserID: 5) }
            await #expect(throws: DomainError.self) { try await stage.reconcile() }
            let row = try await stage.row
            #expect(row.status == .failed)
            #expect(row.message == .fault)
            #expect(row.message?.text[.english].contains("ENCRYPTION_KEY") == false, "that is the host's to read")
            #expect(stage.stand.processes(stage.box).isEmpty)
        }
    }

    @Test func tellsAnOwnerInTheirLanguageWhateverTheHostsReasonIs() async throws {
        try await OperatorStage.run(language: .portuguese) { stage in
            try await stage.want { $0.bot = Box.Bot(id: 77, username: "ada_bot", sealedToken: "v1.x.y", ownerUserID: 5) }
            await #expect(throws: DomainError.self) { try await stage.reconcile() }
            #expect(try await stage.row.message == .fault)
        }
    }

    @Test func knowsNoBoxOfAnotherCustomers() async throws {
        try await OperatorStage.run { stage in
            let stranger = AgentReference(boxID: stage.box.id, customerID: Sample.customerID)
            await #expect(throws: JobOutcome.cancel(reason: "no such box")) {
                try await stage.service.reconciler.reconcile(stranger)
            }
            #expect(stage.stand.processes(stage.box).isEmpty)
        }
    }

    // MARK: Crashes between the steps of a token's replacement

    @Test func replacesATokenThatWasStoredButNeverReachedTheAgent() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            let first = try await stage.activeToken
            // The transaction was committed, then the platform was killed: nobody knows this token's text.
            try await stage.platform.database.write { transaction in
                let usage = UsageStore(transaction)
                try usage.revokeProxyTokens(boxID: stage.box.id, customerID: stage.box.customerID, now: testNow)
                try usage.insertProxyToken(
                    hash: "lost", customerID: stage.box.customerID, boxID: stage.box.id, now: testNow)
            }
            try await stage.reconcile()
            let active = try await stage.activeToken
            #expect(active != "lost" && active != first)
            #expect(try await stage.runtime.proxyTokenHash(of: stage.agent) == active)
            #expect(stage.stand.starts(stage.box).count == 2)
            let seen = try #require(try stage.stand.surroundings(stage.box).environment["OPENCLAW_PROXY_TOKEN"])
            #expect(AccessToken(seen).hash == active)
        }
    }

    @Test func keepsATokenThatReachedTheRuntimeBeforeTheAgentWasStarted() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            let token = try await stage.activeToken
            try await stage.runtime.suspend(stage.agent)
            try await stage.reconcile()
            #expect(try await stage.activeToken == token)
            #expect(try await stage.runtime.observe(stage.agent).state == .ready)
        }
    }

    @Test func replacesATokenThatTheRuntimeLost() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            let token = try await stage.activeToken
            try await stage.runtime.delete(stage.agent)
            try await stage.reconcile()
            let renewed = try await stage.activeToken
            #expect(renewed != token)
            #expect(try await stage.runtime.proxyTokenHash(of: stage.agent) == renewed)
        }
    }
}
