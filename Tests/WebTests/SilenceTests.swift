import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQL
import Store
import TestSupport
import Testing

@testable import Account
@testable import Web

struct SilenceTests {
    @Test func namesTheCauseAndOffersTheRepair() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            #expect(try await web.get("/dashboard/silence", as: owner).text.contains("We find nothing wrong"))
            _ = try await web.platform.database.write { try $0.execute("UPDATE quotas SET used = token_limit", []) }
            let usedUp = try await web.get("/dashboard/silence", as: owner).text
            #expect(usedUp.contains("allowance is used up") && usedUp.contains("31 January 2026"))
            try await web.platform.database.write { transaction in
                try transaction.execute("UPDATE quotas SET used = 0", [])
                try transaction.execute("UPDATE boxes SET status = 'failed', detail = 'failed:out_of_memory'", [])
            }
            let failed = try await web.get("/dashboard/silence", as: owner).text
            #expect(failed.contains("It isn’t running") && failed.contains("ran out of memory"))
            #expect(failed.contains("action=\"/dashboard/restart\""))
            let portuguese = try await web.get("/dashboard/silence?lang=pt", as: owner).text
            #expect(portuguese.contains("ficou sem memória") && !portuguese.contains("ran out"))
            let dashboard = try await web.get("/dashboard?lang=pt", as: owner).text
            #expect(dashboard.contains("ficou sem memória"))
            #expect(try await web.get("/dashboard/silence").location == "/login")
            #expect(try await web.get("/dashboard/silence", as: try await web.visitor()).location == "/chat")
        }
    }

    @Test func saysThatAnAgentWasStoppedBecauseItRanAway() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let box = try #require(
                try await web.platform.database.read { try BoxStore($0).current(customerID: owner.customer.id) })
            _ = try await web.platform.database.write {
                try AgentGuardStore($0).hold(box.id, customerID: owner.customer.id, .manyCalls, now: testNow)
            }
            let page = try await web.get("/dashboard/silence", as: owner).text
            #expect(page.contains(try Texts(.english)["silence_held"]))
            #expect(!page.contains("We find nothing wrong"))
        }
    }

    @Test func aBackupIsPutBackByItsOwnerAlone() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let box = try #require(
                try await web.platform.database.read { try BoxStore($0).current(customerID: owner.customer.id) })
            var backup = Backup(id: testIDs.next(), of: box, for: .upgrade, at: testNow)
            backup.state = .done
            backup.size = 12_000_000
            try await web.platform.database.write { [backup] in try BackupStore($0).insert(backup) }
            let page = try await web.get("/dashboard/backups", as: owner).text
            #expect(page.contains("Before an update. 12 MB."))
            let (stranger, _) = try await web.owner()
            let form = "id=\(backup.id)"
            #expect(try await web.post("/dashboard/backups/restore", form, as: stranger).status == .notFound)
            #expect(try await web.count("restores") == 0)
            #expect(
                try await web.post("/dashboard/backups/restore", form, as: owner).location == "/dashboard/backups")
            #expect(try await web.count("restores") == 1)
            #expect(try await web.get("/dashboard/backups", as: owner).text.contains("being put in place"))
            #expect(try await web.post("/dashboard/backups/restore", form, as: owner).status == .conflict)
        }
    }

    @Test func aBackupIsDeletedByItsOwnerAlone() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let box = try #require(
                try await web.platform.database.read { try BoxStore($0).current(customerID: owner.customer.id) })
            var backup = Backup(id: testIDs.next(), of: box, for: .upgrade, at: testNow)
            backup.state = .done
            try await web.platform.database.write { [backup] in try BackupStore($0).insert(backup) }
            let (stranger, _) = try await web.owner()
            let form = "id=\(backup.id)"
            for path in ["/dashboard/backups/delete", "/dashboard/backups/download"] {
                #expect(try await web.post(path, form, as: stranger).status == .notFound)
            }
            #expect(try await web.count("backups") == 1)
            #expect(try await web.post("/dashboard/backups/download", form, as: owner).status == .conflict)
            _ = try await web.post("/dashboard/backups/delete", form, as: owner)
            #expect(try await web.count("backups") == 0)
        }
    }

    @Test(arguments: Language.allCases)
    func everyCauseHasWordsOfItsOwn(_ language: Language) throws {
        let texts = try Texts(language)
        var headings: Set<String> = []
        for state in [BotState.fine, .gone, .takenOver, .busy(1), .unreachable] {
            var box = Box.sample(of: .sample(), botID: 1, desired: .running)
            box.status = .running
            box.observedGeneration = box.generation
            let diagnosis = Diagnosis(
                box: box, subscription: nil, quota: nil, isHeld: false, lastCall: nil, restore: nil, bot: state, now: testNow
            )
            let page = SilencePage(
                diagnosis, box: box, botURL: nil, hasBackups: true, contact: "help@cloud.example", texts: texts)
            headings.insert(page.heading)
            #expect(!page.heading.contains("_") && !page.text.contains("_"))
        }
        #expect(headings.count == 5)
    }
}
