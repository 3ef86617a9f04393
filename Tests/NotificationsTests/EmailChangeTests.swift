import Core
import FoundationEssentials
import SQL
import Store
import TestSupport
import Testing

@testable import Notifications

struct EmailChangeTests {
    @Test func bothAddressesAreAskedIfThePresentOneIsProved() async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample(email: "ana@example.com")
            try await room.insert(customer, box: .sample(of: customer))
            _ = try await room.platform.database.write { transaction in
                _ = try CustomerStore(transaction).proveEmail(customer.id, now: testNow)
                try AccountStore(transaction).requestEmail("anna@example.com", of: customer.id, now: testNow)
            }
            try await room.perform(SendEmailChange(customerID: customer.id))
            let mails = try await room.mails()
            #expect(mails.count == 2)
            #expect(mails.contains { $0.contains("To: anna@example.com") && $0.contains("/account/email/") })
            #expect(mails.contains { $0.contains("To: ana@example.com") && $0.contains("/account/email/") })
        }
    }

    @Test func anAddressThatNobodyEverProvedIsOnlyTold() async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample(email: "typo@example.com")
            try await room.insert(customer, box: .sample(of: customer))
            try await room.platform.database.write {
                try AccountStore($0).requestEmail("anna@example.com", of: customer.id, now: testNow)
            }
            try await room.perform(SendEmailChange(customerID: customer.id))
            let mails = try await room.mails()
            let old = try #require(mails.first { $0.contains("To: typo@example.com") })
            #expect(!old.contains("/account/email/"))
            let new = try #require(mails.first { $0.contains("To: anna@example.com") }).replacing("=\r\n", with: "")
            let token = try #require(new.firstMatch(of: /\/account\/email\/([0-9a-f]{64})/)).1
            let change = try await room.platform.database.write {
                try AccountStore($0).confirmEmail(tokenHash: AccessToken(String(token)).hash, now: testNow)
            }
            #expect(change?.isAgreed == true)
            let stored = try await room.platform.database.read { try CustomerStore($0).find(customer.id) }
            #expect(stored?.email == "anna@example.com" && stored?.emailProvedAt != nil)
        }
    }
}
