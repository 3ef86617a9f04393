import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import SQL
import Store
import TestSupport
import Testing

struct UsageTests {
    @Test func theQuotaOfThePresentPeriodIsShown() async throws {
        try await TestAPI.run { api in
            try await api.use(api.ana, calls: 2)
            try await api.client.execute(uri: "/v1/usage", method: .get, headers: api.ana.headers()) { response in
                let quota = try TestAPI.object(response)
                #expect(quota["limit"] == .number(1000))
                #expect(quota["used"] == .number(60))
                #expect(quota["available"] == .number(940))
                #expect(quota["period_start"] == .text("2026-01-01T00:00:00Z"))
            }
        }
    }

    @Test func howLongTheUnitsLastIsShownOnceItCanBeTold() async throws {
        try await TestAPI.run { api in
            func lastsUntil() async throws -> JSONValue? {
                try await api.client.execute(uri: "/v1/usage", method: .get, headers: api.ana.headers()) {
                    try TestAPI.object($0)["lasts_until"]
                }
            }
            try await api.use(api.ana, calls: 2)
            #expect(try await lastsUntil() == nil)
            let start = api.platform.clock.now
            api.platform.clock.advance(by: .days(4))
            #expect(try await lastsUntil() == nil)
            func use(_ id: String, units: Int) async throws {
                let call = UsageEvent(
                    requestID: id, customerID: api.ana.customer.id, boxID: api.ana.box.id, periodStart: start,
                    model: "k2p5", usage: TokenUsage(input: units, output: 0), estimated: false,
                    createdAt: api.platform.clock.now)
                _ = try await api.platform.database.write {
                    try UsageStore($0).record([call], holder: "test", isRepeated: false)
                }
            }
            try await use("few", units: 40)
            #expect(try await lastsUntil() == .text("2026-01-31T00:00:00Z"))
            // 495 of 990 are used in four days.
            try await use("many", units: 395)
            #expect(try await lastsUntil() == .text("2026-01-09T00:00:00Z"))
        }
    }

    @Test func anothersUsageIsNotShown() async throws {
        try await TestAPI.run { api in
            try await api.use(api.ben, calls: 3)
            try await api.client.execute(uri: "/v1/usage", method: .get, headers: api.ana.headers()) { response in
                #expect(response.status == .notFound)
                let answer = try TestAPI.object(response)
                #expect(answer["code"] == .text("no_quota"))
            }
            try await api.client.execute(uri: "/v1/usage/events", method: .get, headers: api.ana.headers()) { response in
                let answer = try TestAPI.object(response)
                #expect(answer["data"] == .array([]))
            }
        }
    }

    @Test func pagesLeadThroughEveryEventOnce() async throws {
        try await TestAPI.run { api in
            try await api.use(api.ana, calls: 7)
            var seen: [JSONValue] = []
            var uri = "/v1/usage/events?limit=3"
            for expected in [3, 3, 1] {
                let page = try await api.client.execute(uri: uri, method: .get, headers: api.ana.headers()) {
                    try TestAPI.object($0)
                }
                let events = try #require(page["data"]).items
                #expect(events.count == expected)
                seen += events.compactMap { $0["request_id"] }
                guard case .text(let cursor) = page["next_cursor"] else { break }
                uri = "/v1/usage/events?limit=3&cursor=\(cursor)"
            }
            #expect(seen == (0..<7).reversed().map { .text("req_\($0)") })
        }
    }

    @Test func aLastPageThatIsFullLeadsNowhere() async throws {
        try await TestAPI.run { api in
            try await api.use(api.ana, calls: 3)
            try await api.client.execute(uri: "/v1/usage/events?limit=3", method: .get, headers: api.ana.headers()) {
                response in
                let page = try TestAPI.object(response)
                #expect(page["data"]?.items.count == 3)
                #expect(page["next_cursor"] == nil)
            }
        }
    }

    @Test(arguments: [
        ("limit=0", "invalid_limit"), ("limit=101", "invalid_limit"), ("limit=-1", "invalid_limit"),
        ("limit=ten", "invalid_limit"), ("limit=99999999999999999999", "invalid_limit"), ("limit=", "invalid_limit"),
        ("cursor=nonsense", "invalid_cursor"), ("cursor=", "invalid_cursor"), ("cursor=%27%20OR%201=1", "invalid_cursor"),
        ("cursor=123-a%00", "invalid_cursor"), ("cursor=MTIzL2EA", "invalid_cursor"),
    ])
    func badQueriesAreRefused(query: String, code: String) async throws {
        try await TestAPI.run { api in
            try await api.client.execute(uri: "/v1/usage/events?\(query)", method: .get, headers: api.ana.headers()) {
                response in
                #expect(response.status == .badRequest)
                let answer = try TestAPI.object(response)
                #expect(answer["code"] == .text(code))
            }
        }
    }
}

extension TestAPI {
    /// A quota of 1000 tokens, and calls of 15 tokens each; two calls share a moment.
    fileprivate func use(_ tenant: Tenant, calls: Int) async throws {
        let now = platform.clock.now
        try await platform.database.write { transaction in
            let usage = UsageStore(transaction)
            try usage.setQuota(
                customerID: tenant.customer.id, periodStart: now, periodEnd: now + .days(30), limit: 1000)
            _ = try usage.record(
                (0..<calls).map { number in
                    UsageEvent(
                        requestID: "req_\(number)", customerID: tenant.customer.id, boxID: tenant.box.id,
                        periodStart: now, model: "k2p5", usage: TokenUsage(input: 10, output: 5), estimated: false,
                        createdAt: now + .seconds(Int64(number / 2)))
                }, holder: "test", isRepeated: false)
        }
    }
}
