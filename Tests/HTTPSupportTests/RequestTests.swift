import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Telemetry
import TestSupport
import Testing
import Tracing

struct RequestTests {
    private static let echo: @Sendable (Router<AppRequestContext>) -> Void = { router in
        router.get("/things/:id") { _, context in
            "\(context.requestID) \(ServiceContext.current?.traceParent?.traceID ?? "") \(context.language.rawValue)"
        }
    }

    // MARK: Ids

    @Test func aRequestIDThatIsWellFormedIsKept() async throws {
        try await TestSite().test(routes: Self.echo) { client in
            try await client.execute(uri: "/things/1", method: .get, headers: [.xRequestID: "abc-123_4.5"]) { response in
                #expect(response.headers[.xRequestID] == "abc-123_4.5")
                #expect(String(buffer: response.body).hasPrefix("abc-123_4.5 "))
            }
        }
    }

    @Test(arguments: ["", "with space", "new\tline", "“quotes”", "<script>", String(repeating: "a", count: 129)])
    func aRequestIDThatCouldForgeALogIsReplaced(id: String) async throws {
        try await TestSite().test(routes: Self.echo) { client in
            try await client.execute(uri: "/things/1", method: .get, headers: [.xRequestID: id]) { response in
                #expect(response.headers[.xRequestID]?.hasPrefix("req_") == true)
            }
        }
    }

    @Test func aTraceIsContinued() async throws {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        try await TestSite().test(routes: Self.echo) { client in
            let headers: HTTPFields = [.traceparent: "00-\(trace)-00f067aa0ba902b7-01"]
            try await client.execute(uri: "/things/1", method: .get, headers: headers) { response in
                #expect(String(buffer: response.body).contains(" \(trace) "))
            }
        }
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
    ])
    func aMalformedTraceIsNone(header: String) {
        #expect(TraceParent(header) == nil)
    }

    @Test func aTracesChildHasTheSameTraceAndAnotherSpan() throws {
        let parent = TraceParent.random()
        let child = parent.child()
        #expect(child.traceID == parent.traceID)
        #expect(child.spanID != parent.spanID)
        #expect(TraceParent(child.description) == child)
    }

    // MARK: Language

    @Test func theLanguageIsThePickedOneThenTheBrowsers() async throws {
        try await TestSite().test(routes: Self.echo) { client in
            for (headers, language): (HTTPFields, String) in [
                ([:], "en"), ([.acceptLanguage: "pt-PT,pt;q=0.9,en;q=0.5"], "pt"),
                ([.acceptLanguage: "pt", .cookie: "language=en"], "en"), ([.cookie: "language=xx"], "en"),
                (TestSite.anasCookie, "pt"),
            ] {
                try await client.execute(uri: "/things/1", method: .get, headers: headers) { response in
                    #expect(String(buffer: response.body).hasSuffix(" \(language)"))
                }
            }
        }
    }

    // MARK: Logs

    @Test func theLogHasTheRouteAndNothingThatCouldBeSecret() async throws {
        let log = RecordedLog()
        try await TestSite().test(logger: log.logger, routes: Self.echo) { client in
            let headers: HTTPFields = [.cookie: "session=cookie-secret", .xRequestID: "abc"]
            try await client.execute(uri: "/things/path-secret?token=query-secret", method: .get, headers: headers)
        }
        let lines = log.lines
        #expect(
            lines.contains {
                $0.contains("route=/things/{id}") && $0.contains("status=200") && $0.contains("request_id=abc")
            })
        #expect(!lines.contains { $0.contains("secret") })
    }
}
