import Core
import TestSupport
import Testing

@testable import Onboarding

struct TelegramCodeTests {
    @Test func aCodeEndsAfterTwoDaysAndTheNextMessageInTheChatMakesAnother() async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            let leaked = try await site.conversation().telegramCode
            site.platform.clock.advance(by: .hours(48))
            try await follow(leaked, site)
            #expect(try await site.conversation().telegramUserID == nil)
            #expect(try await site.phone.chat().messages.last?.text.contains("not valid any more") == true)
            try await site.say("link")
            let fresh = try await site.conversation().telegramCode
            #expect(fresh != leaked)
            #expect(try await site.messages().last?.card.map { "\($0)".contains("start=\(fresh)") } == true)
            try await follow(fresh, site)
            #expect(try await site.conversation().telegramUserID != nil)
            // Whoever has followed a link in time may do so again.
            site.platform.clock.advance(by: .hours(72))
            try await site.say("status")
            #expect(try await site.conversation().telegramCode == fresh)
            try await follow(fresh, site)
            #expect(try await site.phone.chat().messages.last?.text.contains("not valid any more") == false)
        }
    }

    private func follow(_ code: String, _ site: OnboardingSite) async throws {
        try await site.phone.send("/start \(code)")
        try await site.poll()
        try await site.work()
    }

    @Test(arguments: ["", "abcdefghjkmn", "abcdefgh2345678o", "zzzzabcdefgh2345", "aaaaabcdefgh2345"])
    func whatIsNoLivingCodeHasEnded(_ code: String) {
        #expect(TelegramCode.hasEnded(code, at: testNow))
    }

    @Test func aCodeLivesForTwoDays() {
        let code = TelegramCode.random(at: testNow)
        #expect(TelegramCode.typed(code) == code)
        for hours: Int64 in [0, 24, 47] { #expect(!TelegramCode.hasEnded(code, at: testNow + .hours(hours))) }
        #expect(TelegramCode.hasEnded(code, at: testNow + .hours(48)))
    }
}
