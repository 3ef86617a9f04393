import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

/// Health and metrics.
struct OperationsTests {
    @Test func aLivingProcessIsHealthyWhateverItLacks() async throws {
        let site = TestSite()
        try await site.test { router in
            HealthRoutes(checks: [failing], metrics: site.metrics).addRoutes(to: router)
        } _: { client in
            try await client.execute(uri: "/healthz", method: .get) { #expect($0.status == .ok) }
        }
    }

    @Test func readinessNamesEveryCheckAndNoReason() async throws {
        let site = TestSite()
        try await site.test { router in
            HealthRoutes(checks: [passing, failing], metrics: site.metrics).addRoutes(to: router)
        } _: { client in
            try await client.execute(uri: "/readyz", method: .get) { response in
                #expect(response.status == .serviceUnavailable)
                #expect(
                    String(buffer: response.body)
                        == #"{"checks":{"database":"ok","queue":"failed"},"status":"not_ready"}"#)
            }
        }
    }

    @Test func aServiceThatHasAllItNeedsIsReady() async throws {
        let site = TestSite()
        try await site.test { router in
            HealthRoutes(checks: [passing], metrics: site.metrics).addRoutes(to: router)
        } _: { client in
            try await client.execute(uri: "/readyz", method: .get) { response in
                #expect(response.status == .ok)
                #expect(String(buffer: response.body) == #"{"checks":{"database":"ok"},"status":"ready"}"#)
            }
        }
    }

    @Test func strangersLoadNothingByAskingForReadinessAndSeeNoFigures() async throws {
        let site = TestSite()
        let asked = Mutex(0)
        let check = ReadinessCheck("database") { asked.withLock { $0 += 1 } }
        try await site.test { router in
            HealthRoutes(checks: [check], metrics: site.metrics).addProbes(to: router)
        } _: { client in
            for _ in 1...20 {
                try await client.execute(uri: "/readyz", method: .get) { #expect($0.status == .ok) }
            }
            try await client.execute(uri: "/metrics", method: .get) { #expect($0.status == .notFound) }
        }
        // Once a second; twenty answers take no minute.
        #expect(asked.withLock { $0 } < 20)
    }

    private var passing: ReadinessCheck { ReadinessCheck("database") {} }
    private var failing: ReadinessCheck { ReadinessCheck("queue") { throw TestSite.Broken(secret: "host") } }

    @Test func requestsAreCountedByRouteNeverByPath() async throws {
        let site = TestSite()
        try await site.test { router in
            HealthRoutes(checks: [], metrics: site.metrics).addRoutes(to: router)
            router.get("/things/:id") { _, _ in "thing" }
        } _: { client in
            try await client.execute(uri: "/things/ana-7?x=1", method: .get)
            try await client.execute(uri: "/things/ben-8", method: .get)
            try await client.execute(uri: "/nowhere/ana-7", method: .get)
            try await client.execute(uri: "/nowhere", method: HTTPRequest.Method("BREW")!)
            try await client.execute(uri: "/metrics", method: .get) { response in
                let text = String(buffer: response.body)
                #expect(response.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
                #expect(
                    text.contains(
                        #"http_requests_total{method="GET",route="/things/{id}",service="test",status="200"} 2"#))
                #expect(
                    text.contains(#"http_requests_total{method="GET",route="unmatched",service="test",status="404"} 1"#))
                #expect(text.contains(#"method="other",route="unmatched""#))
                #expect(text.contains(#"http_requests_in_flight{service="test"} 1"#))
                #expect(!text.contains("ana-7") && !text.contains("BREW"))
            }
        }
    }

    @Test func figuresAreWrittenInPrometheusText() {
        let registry = MetricsRegistry()
        registry.counter("jobs_total", help: "Jobs done.", labels: ["service": "x"]).increment(labels: ["kind": "a\"b\\c\nd"]
        )
        registry.counter("jobs_total", help: "Jobs done.", labels: ["service": "x"]).increment(
            by: 2, labels: ["kind": "a\"b\\c\nd"])
        let depth = registry.gauge("depth", help: "Depth.")
        depth.set(5)
        depth.add(-1.5)
        let seconds = registry.histogram("wait_seconds", help: "Waiting.", bounds: [0.5, 1])
        for value in [0.5, 0.75, 7] { seconds.observe(value) }
        #expect(
            registry.text() == """
                # HELP depth Depth.
                # TYPE depth gauge
                depth 3.5
                # HELP jobs_total Jobs done.
                # TYPE jobs_total counter
                jobs_total{kind="a\\"b\\\\c\\nd",service="x"} 3
                # HELP wait_seconds Waiting.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="0.5"} 1
                wait_seconds_bucket{le="1"} 2
                wait_seconds_bucket{le="+Inf"} 3
                wait_seconds_sum 8.25
                wait_seconds_count 3

                """)
    }
}
