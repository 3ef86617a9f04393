import Core
import HTTPTypes
import HummingbirdTesting
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Web

struct CausesTests {
    @Test func theMonthIsToldInMessagesAndUnits() throws {
        let uses = [
            CauseUse(cause: .message, calls: 1_200, units: 2_400_000), CauseUse(cause: .tool, calls: 300, units: 600_000),
            CauseUse(cause: .background, calls: 1, units: 9),
        ]
        let view = CausesView(uses, texts: try Texts(.english))
        #expect(view.summary == "1,200 messages answered, about 2,500 units each with all steps.")
        #expect(view.causes.map(\.share) == ["79%", "19%", "<1%"])
        #expect(view.causes.first?.name == "Answers to messages")
        #expect(CausesView([], texts: try Texts(.portuguese)).hasCauses == false)
    }

    @Test(arguments: Language.allCases)
    func eachCauseHasAName(_ language: Language) throws {
        let texts = try Texts(language)
        let uses = (UsageCause.allCases.map(Optional.some) + [nil]).map { CauseUse(cause: $0, calls: 1, units: 1) }
        #expect(Set(CausesView(uses, texts: texts).causes.map(\.name)).count == uses.count)
    }

    @Test func anAgentThatWasStoppedGoesOnWithOnePress() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner()
            let (stranger, _) = try await web.owner()
            #expect(try await !web.get("/dashboard", as: owner).text.contains("/dashboard/release"))
            for reason in AgentHold.Reason.allCases {
                let held = try await web.platform.database.write {
                    try AgentGuardStore($0).hold(checkout.boxID, customerID: owner.customer.id, reason, now: testNow)
                }
                #expect(held)
                let page = try await web.get("/dashboard", as: owner).text
                #expect(page.contains("Stopped") && page.contains("Nothing more is used until you let it go on."))
                #expect(page.contains(#"action="/dashboard/release""#))
                #expect(try await web.post("/dashboard/release").status == .unauthorized)
                #expect(try await web.post("/dashboard/release", as: stranger).location == "/dashboard")
                #expect(try await web.get("/dashboard", as: owner).text.contains("Stopped"))
                #expect(try await web.post("/dashboard/release", as: owner).location == "/dashboard")
                #expect(try await !web.get("/dashboard", as: owner).text.contains("Stopped"))
            }
            #expect(web.platform.notifier.topics.contains(.customer(owner.customer.id)))
        }
    }
}
