import Core
import FoundationEssentials
import NIOHTTP1
import SQL
import Store
import TestSupport
import Testing
import TokenProxy

/// Before anybody has paid for an agent, its turns cost nobody anything.
struct ProxySpareTests {
    @Test func answersASpareItselfAndForNothing() async throws {
        try await ProxyLab.run(limit: 1_000_000, agentSpeaks: .english) { lab async throws in
            let token = try await lab.addSpare()
            let answer = try await lab.post(ProxyLab.body("Hello."), token: token)
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "x-openclaw-cloud-told") == "spare")
            let completion = try Completion(answer.body)
            #expect(completion.choices.map(\.message?.content) == ["Ready."])
            #expect(completion.usage?.total == 0)
            #expect(try await lab.ledger().count == 0, "nobody upstream was asked")
            #expect(try await lab.events().isEmpty)
            #expect(await lab.figures.text().contains(#"token_proxy_told_total{reason="spare"} 1"#))
        }
    }

    /// What its token stands for is never remembered, so the owner's first message gets the model's answer.
    @Test func answersTheNextCallForTheBoxThatHasClaimedIt() async throws {
        try await ProxyLab.run(limit: 1_000_000, agentSpeaks: .english) { lab async throws in
            let token = try await lab.addSpare()
            _ = try await lab.post(ProxyLab.body("Hello."), token: token)
            let customer = Customer.sample()
            let draft = Box.sample(of: customer, botID: 5)
            try await lab.platform.database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(draft)
                #expect(try SpareStore(transaction).claim(for: draft, draft.tier, now: testNow) != nil)
                var wanted = draft
                wanted.desired = .running
                _ = try BoxStore(transaction).want(wanted)
                try UsageStore(transaction).setQuota(
                    customerID: customer.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: 1_000_000)
            }
            let answer = try await lab.post(ProxyLab.body("Hello."), token: token)
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "x-openclaw-cloud-told") == nil)
            #expect(try await lab.ledger().count == 1)
        }
    }
}

extension ProxyLab {
    /// - Returns: the token of a spare that can be claimed.
    fileprivate func addSpare() async throws -> String {
        let token = AccessToken.random(prefix: "ocp_")
        let spare = Spare(
            id: testIDs.next(), tier: .pro, proxyTokenHash: token.hash, state: .ready, createdAt: testNow, readyAt: testNow)
        try await platform.database.write { try SpareStore($0).insert(spare) }
        return token.secret.reveal()
    }
}
