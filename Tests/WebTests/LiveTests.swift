import AsyncHTTPClient
import Core
import HTTPTypes
import HummingbirdTesting
import Identity
import Jobs
import NIOCore
import NIOHTTP1
import SQL
import Store
import TestSupport
import Testing

@testable import Web

struct LiveTests {
    @Test func eventsAreWrittenLineByLine() {
        let event = ServerSentEvent(id: "7", name: "message", data: "<li>\n\nx\r\ny\rz</li>")
        #expect(
            event.text
                == "id: 7\nevent: message\ndata: <li>\ndata: \ndata: x\ndata: y\ndata: z</li>\n\n")
    }

    @Test func theChatSendsWhatIsSaidAndGoesOnWhereTheClientWas() async throws {
        try await TestWeb.run(.live, notifier: InProcessNotifier()) { web in
            let visitor = try await web.visitor()
            _ = try await web.get("/chat", as: visitor)
            let first = try await stream(web, "/chat/events?after=0", visitor) { text in
                if text.contains("id: 1\n"), !text.contains("Plan my week") {
                    _ = try await web.post("/chat/messages", "text=Plan+my+week&key=1", as: visitor)
                }
                return text.contains("Plan my week")
            }
            let seen = try #require(first.matches(of: /id: (\d+)\n/).last).1
            _ = try await web.post("/chat/messages", "text=Again&key=2", as: visitor)
            let second = try await stream(web, "/chat/events?after=0", visitor, lastEventID: String(seen)) {
                $0.contains("Again")
            }
            #expect(!second.contains("Plan my week"))
        }
    }

    @Test func theChatTellsHowFarItHasComeWhenSomethingNewIsSaid() async throws {
        try await TestWeb.run(.live, notifier: InProcessNotifier()) { web in
            let visitor = try await web.visitor()
            _ = try await web.post("/chat/messages", "text=Hello&key=1", as: visitor)
            let text = try await stream(web, "/chat/events?after=0", visitor) { text in
                if text.contains("Step 1 of 4: Agent"), !text.contains("Onward") {
                    try await web.platform.database.write { transaction in
                        let store = ConversationStore(transaction)
                        var conversation = try #require(try store.find(customerID: visitor.customer.id))
                        conversation.state = #"{"language":"en","purpose":"plan my week","agentName":"Nova"}"#
                        try store.update(conversation)
                    }
                    _ = try await web.post("/chat/messages", "text=Onward&key=2", as: visitor)
                }
                return text.contains("Step 2 of 4: Plan")
            }
            #expect(text.matches(of: /event: stages\n/).count == 2)
        }
    }

    @Test func theDashboardSendsAPartAgainOnlyWhenItDiffers() async throws {
        try await TestWeb.run(.live, notifier: InProcessNotifier()) { web in
            let (owner, _) = try await web.owner()
            let text = try await stream(web, "/box/events", owner) { text in
                if text.contains("Online"), !text.contains("Restarting") {
                    _ = try await web.post("/dashboard/restart", as: owner)
                }
                return text.contains("Restarting")
            }
            #expect(text.matches(of: /event: status\n/).count == 2)
            #expect(text.matches(of: /event: usage\n/).count == 1)
        }
    }

    @Test func silenceIsFilledWithHeartbeats() async throws {
        try await TestWeb.run(.live) { web in
            let (owner, _) = try await web.owner()
            let text = try await stream(web, "/box/events", owner) { $0.hasSuffix(":\n\n:\n\n") }
            #expect(text.hasSuffix(":\n\n:\n\n"))
        }
    }

    @Test func aStreamEndsWithItsSession() async throws {
        try await TestWeb.run(.live, notifier: InProcessNotifier()) { web in
            let (owner, _) = try await web.owner()
            var stream = try await open(web, "/box/events", owner).body.makeAsyncIterator()
            _ = try await stream.next()
            #expect(try await web.post("/logout", as: owner).status == .seeOther)
            while try await stream.next() != nil {}
        }
    }

    @Test func aStreamEndsWhenItsSessionHasEndedElsewhere() async throws {
        try await TestWeb.run(.live) { web in
            let (owner, _) = try await web.owner()
            var stream = try await open(web, "/box/events", owner).body.makeAsyncIterator()
            _ = try await stream.next()
            try await web.identity.endSession(owner.token)
            while try await stream.next() != nil {}
        }
    }

    @Test func aSessionsOldestStreamGivesWayToItsSeventh() async throws {
        try await TestWeb.run(.live) { web in
            let (owner, _) = try await web.owner()
            let first = try await open(web, "/box/events", owner)
            var others: [HTTPClientResponse] = []
            for _ in 2...7 { others.append(try await open(web, "/box/events", owner)) }
            for try await _ in first.body {}
            var last = try #require(others.last).body.makeAsyncIterator()
            #expect(try await last.next() != nil)
        }
    }

    private func open(_ web: TestWeb, _ path: String, _ visitor: TestWeb.Visitor) async throws -> HTTPClientResponse {
        let port = try #require(web.client.port)
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.headers.add(name: "cookie", value: "__Host-session=\(visitor.token)")
        return try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    }

    /// Reads a stream of events until `isEnough` says so of all that has come, and then leaves.
    private func stream(
        _ web: TestWeb, _ path: String, _ visitor: TestWeb.Visitor, lastEventID: String? = nil,
        until isEnough: (String) async throws -> Bool
    ) async throws -> String {
        let port = try #require(web.client.port)
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.headers.add(name: "cookie", value: "__Host-session=\(visitor.token)")
        if let lastEventID { request.headers.add(name: "last-event-id", value: lastEventID) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        #expect(response.headers.first(name: "content-type") == "text/event-stream")
        var text = ""
        for try await chunk in response.body {
            text += String(buffer: chunk)
            if try await isEnough(text) { return text }
        }
        Issue.record("the stream has ended early: \(text)")
        return text
    }
}
