import Core
import FoundationEssentials
import Identity
import Jobs
import SQL
import Store
import TestSupport
import Testing

struct SessionTests {
    @Test func aVisitorIsKnownByTheirSession() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            let (customer, session) = try await identity.newVisitor(language: .portuguese)
            let found = try await identity.customer(sessionToken: session.secret.reveal())
            #expect(found == customer)
            #expect(customer.language == .portuguese)
            #expect(customer.email == nil)
        }
    }

    @Test func everyVisitorIsSomebodyElse() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            let (ana, anasSession) = try await identity.newVisitor(language: .english)
            let (ben, bensSession) = try await identity.newVisitor(language: .english)
            #expect(ana.id != ben.id)
            #expect(try await identity.customer(sessionToken: anasSession.secret.reveal())?.id == ana.id)
            #expect(try await identity.customer(sessionToken: bensSession.secret.reveal())?.id == ben.id)
        }
    }

    @Test(arguments: ["", "unknown", String(repeating: "x", count: 10_000), "' OR 1=1 --"])
    func anUnknownTokenIsNobodys(token: String) async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            _ = try await identity.newVisitor(language: .english)
            #expect(try await identity.customer(sessionToken: token) == nil)
        }
    }

    @Test func onlyTheHashOfATokenIsStored() async throws {
        try await TestPlatform.run { platform in
            let (_, session) = try await IdentityService(queue: platform.queue).newVisitor(language: .english)
            let stored = try await platform.database.read {
                try $0.query("SELECT token_hash FROM sessions", []).map { try $0.text("token_hash") }
            }
            #expect(stored == [session.hash])
            #expect(session.hash != session.secret.reveal())
        }
    }

    @Test func aSessionEndsAfterThirtyDays() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            let token = try await identity.newVisitor(language: .english).session.secret.reveal()
            platform.clock.advance(by: .days(30) - .milliseconds(1))
            #expect(try await identity.customer(sessionToken: token) != nil)
            platform.clock.advance(by: .milliseconds(1))
            #expect(try await identity.customer(sessionToken: token) == nil)
        }
    }

    @Test func signingOutEndsThisSessionOnly() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            let here = try await identity.newVisitor(language: .english).session.secret.reveal()
            let elsewhere = try await identity.newVisitor(language: .english).session.secret.reveal()
            try await identity.endSession(here)
            try await identity.endSession(here)
            #expect(try await identity.customer(sessionToken: here) == nil)
            #expect(try await identity.customer(sessionToken: elsewhere) != nil)
        }
    }

    @Test func thePeriodicJobForgetsExpiredSessionsOnly() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            _ = try await identity.newVisitor(language: .english)
            platform.clock.advance(by: .days(29))
            let young = try await identity.newVisitor(language: .english).session
            platform.clock.advance(by: .days(2))
            var handlers = JobHandlers()
            identity.register(in: &handlers)
            let job = try #require(handlers.handlers[DeleteExpiredSessions.kind])
            let id: Job.ID = platform.queue.ids.next()
            try await job(try JSONEncoder().encode(DeleteExpiredSessions()), JobContext(id: id, attempt: 1))
            let left = try await platform.database.read {
                try $0.query("SELECT token_hash FROM sessions", []).map { try $0.text("token_hash") }
            }
            #expect(left == [young.hash])
        }
    }
}
