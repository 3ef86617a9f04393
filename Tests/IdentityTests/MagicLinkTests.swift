import Core
import Identity
import Jobs
import SQL
import Store
import TestSupport
import Testing

struct MagicLinkTests {
    @Test func askingForALinkHasItMailedToTheNormalisedAddress() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            try await identity.requestMagicLink(email: EmailAddress(" Ana@Example.com "), language: .portuguese)
            let jobs = try await platform.queuedJobs(SendMagicLink.kind)
            #expect(jobs.count == 1)
            #expect(jobs.first?.contains(#""ana@example.com""#) == true)
            #expect(jobs.first?.contains(#""pt""#) == true)
            #expect(platform.notifier.topics == [.jobs])
        }
    }

    @Test func askingAgainBeforeTheMailIsSentAddsNoSecondMail() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            try await identity.requestMagicLink(email: EmailAddress("ana@example.com"), language: .english)
            try await identity.requestMagicLink(email: EmailAddress("ANA@example.com"), language: .english)
            #expect(try await platform.queuedJobs(SendMagicLink.kind).count == 1)
        }
    }

    @Test func aLinkSignsItsOwnerInOnce() async throws {
        try await TestPlatform.run { platform in
            let (identity, owner, link) = try await platform.ownerWithLink()
            let session = try await identity.signIn(magicLinkToken: link)
            #expect(try await identity.customer(sessionToken: session.secret.reveal())?.id == owner.id)
            await expectExpired { try await identity.signIn(magicLinkToken: link) }
        }
    }

    @Test func ofTwoWhoFollowALinkAtOnceOneIsSignedIn() async throws {
        try await TestPlatform.run { platform in
            let (identity, _, link) = try await platform.ownerWithLink()
            let successes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { (try? await identity.signIn(magicLinkToken: link)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(successes == 1)
        }
    }

    @Test func aLinkByTelegramProvesNoAddressAndOpensNoneThatIsProved() async throws {
        try await TestPlatform.run { platform in
            let (identity, owner, mailed) = try await platform.ownerWithLink()
            func byTelegram() async throws -> String {
                let token = AccessToken.random()
                try await platform.queue.write { work in
                    try CustomerStore(work.transaction).insertMagicLink(
                        tokenHash: token.hash, customerID: owner.id, sentBy: .telegram, now: work.now,
                        expiresAt: work.now + .hours(1))
                }
                return token.secret.reveal()
            }
            let session = try await identity.signIn(magicLinkToken: try await byTelegram())
            #expect(try await identity.customer(sessionToken: session.secret.reveal())?.emailProvedAt == nil)
            _ = try await identity.signIn(magicLinkToken: mailed)
            #expect(try await identity.customer(sessionToken: session.secret.reveal()) == nil)
            let late = try await byTelegram()
            await expectExpired { try await identity.signIn(magicLinkToken: late) }
        }
    }

    @Test func lookingAtALinkDoesNotUseItUp() async throws {
        try await TestPlatform.run { platform in
            let (identity, _, link) = try await platform.ownerWithLink()
            #expect(try await identity.magicLinkIsOpen(token: link))
            #expect(try await identity.magicLinkIsOpen(token: link))
            _ = try await identity.signIn(magicLinkToken: link)
            #expect(try await identity.magicLinkIsOpen(token: link) == false)
        }
    }

    @Test func anExpiredOrUnknownLinkSignsNobodyIn() async throws {
        try await TestPlatform.run { platform in
            let (identity, _, link) = try await platform.ownerWithLink()
            platform.clock.advance(by: .seconds(15 * 60))
            #expect(try await identity.magicLinkIsOpen(token: link) == false)
            await expectExpired { try await identity.signIn(magicLinkToken: link) }
            await expectExpired { try await identity.signIn(magicLinkToken: "unknown") }
        }
    }

    @Test func whoProvesTheAddressPutsEveryoneElseOutAndKeepsOtherDevicesLater() async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            // Somebody has paid with an address that isn't theirs.
            let (customer, foreign) = try await identity.newVisitor(language: .english)
            func link() async throws -> String {
                let link = AccessToken.random()
                try await platform.queue.write { work in
                    try CustomerStore(work.transaction).insertMagicLink(
                        tokenHash: link.hash, customerID: customer.id, now: work.now, expiresAt: work.now + .seconds(60))
                }
                return link.secret.reveal()
            }
            // They have made themselves at home.
            try await platform.queue.write { work in
                try APITokenStore(work.transaction).insert(
                    APIToken(
                        id: work.ids.next(), customerID: customer.id, name: "theirs", scope: .write, createdAt: work.now,
                        lastUsedAt: nil), hash: String(repeating: "0", count: 64))
                try AccountStore(work.transaction).requestEmail("thief@example.com", of: customer.id, now: work.now)
            }
            let laptop = try await identity.signIn(magicLinkToken: link())
            #expect(try await identity.customer(sessionToken: foreign.secret.reveal()) == nil)
            for table in ["api_tokens", "email_changes"] {
                let rows = try await platform.database.read { try $0.query("SELECT 1 FROM \(table)", []) }
                #expect(rows.isEmpty, "\(table)")
            }
            #expect(try await identity.customer(sessionToken: laptop.secret.reveal())?.emailProvedAt == testNow)
            _ = try await identity.signIn(magicLinkToken: link())
            #expect(try await identity.customer(sessionToken: laptop.secret.reveal()) != nil)
        }
    }

    private func expectExpired(_ signIn: () async throws -> AccessToken) async {
        await #expect {
            _ = try await signIn()
        } throws: { error in
            (error as? DomainError)?.kind == .gone && (error as? DomainError)?.code == "magic_link_expired"
        }
    }
}

extension TestPlatform {
    /// A customer, and a link that signs them in within 15 minutes.
    fileprivate func ownerWithLink() async throws -> (IdentityService, Customer, link: String) {
        let identity = IdentityService(queue: queue)
        let owner = try await identity.newVisitor(language: .english).customer
        let link = AccessToken.random()
        try await queue.write { work in
            try CustomerStore(work.transaction).insertMagicLink(
                tokenHash: link.hash, customerID: owner.id, now: work.now, expiresAt: work.now + .seconds(15 * 60))
        }
        return (identity, owner, link.secret.reveal())
    }
}
