import Core
import HTTPTypes
import HummingbirdTesting
import Jobs
import SQL
import Store
import TestSupport
import Testing

struct StatusTests {
    @Test func anybodySeesHowThePartsDoAndDid() async throws {
        try await TestWeb.run { web in
            try await web.note(.model, [true, true, false])
            for part in [StatusPart.site, .telegram, .payments, .agents] { try await web.note(part, [true]) }
            let page = try await web.get("/status").text
            #expect(page.contains("Something doesn’t work right now.") && page.contains("66.6%"))
            #expect(page.contains("1 January 2026"))
            let json = try await web.get("/status.json")
            #expect(json.headers[.contentType]?.hasPrefix("application/json") == true)
            #expect(json.headers[.cacheControl] == "public, max-age=60")
            #expect(json.text.contains(#"{"checks":3,"date":"2026-01-01","failures":1}"#))
        }
    }

    @Test func silenceOfTheProbesIsNoGoodNews() async throws {
        try await TestWeb.run { web in
            for part in StatusPart.allCases { try await web.note(part, [true]) }
            #expect(try await web.get("/status").text.contains("Everything works."))
            web.platform.clock.advance(by: StatusPart.interval * 4)
            #expect(try await web.get("/status").text.contains("Not checked for a while."))
        }
    }

    @Test func withoutTheDatabaseThePageSaysWhatWasKnownLast() async throws {
        try await TestWeb.run { web in
            for part in StatusPart.allCases { try await web.note(part, [true]) }
            #expect(try await web.get("/status").text.contains("Everything works."))
            try await web.platform.database.write { try $0.execute("DROP TABLE status_days", []) }
            web.platform.clock.advance(by: .seconds(60))
            #expect(try await web.get("/status").text.contains("Everything works."))
            web.platform.clock.advance(by: StatusPart.freshness)
            #expect(try await web.get("/status").text.contains("Not checked for a while."))
        }
    }

    @Test func aPartSaysSinceWhenItIsSo() async throws {
        try await TestWeb.run { web in
            try await web.note(.model, [true, false])
            web.platform.clock.advance(by: .seconds(300))
            try await web.note(.model, [false])
            let page = try await web.get("/status").text
            #expect(page.contains("Since 1 Jan, 0:00"))
            let json = try await web.get("/status.json").text
            #expect(json.contains(#""is_up":false,"part":"model","since":"2026-01-01T00:00:00Z""#))
            #expect(json.contains(#"{"days":[],"part":"telegram"}"#), "nobody has looked")
        }
    }

    @Test func beforeTheFirstProbeThePageSaysSo() async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/status").text
            #expect(page.contains("Nothing has been measured yet."))
        }
    }

    @Test func thePageIsLookedUpTwiceAMinute() async throws {
        try await TestWeb.run { web in
            #expect(try await web.get("/status").text.contains("Nothing has been measured yet."))
            try await web.note(.site, [true])
            #expect(try await web.get("/status").text.contains("Nothing has been measured yet."))
            web.platform.clock.advance(by: .seconds(30))
            #expect(try await !web.get("/status").text.contains("Nothing has been measured yet."))
        }
    }
}

extension TestWeb {
    fileprivate func note(_ part: StatusPart, _ results: [Bool]) async throws {
        try await platform.queue.write { work in
            for isUp in results { try StatusStore(work.transaction).note(part, isUp: isUp, now: work.now) }
        }
    }
}
