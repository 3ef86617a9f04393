import AsyncHTTPClient
import Core
import FoundationEssentials
import Hummingbird
import NIOCore
import NIOHTTP1
import SQL
import Store
import TestSupport
import Testing

@testable import TokenProxy

/// Voice notes: metered, bounded by the limit, and refused where the vendor would refuse them.
struct ProxyTranscriptionTests {
    private static let boundary = "xxBOUNDARYxx"
    /// 20,000 bytes: 10 seconds at the sandbox, 40 at most.
    private static let audio = "OggS SANDBOX_SAYS=Buy some bread\n" + String(repeating: ".", count: 20_000 - 33)

    private static func form(
        file: String = audio, name: String = "voice.ogg", _ fields: [(String, String)] = [("model", "whisper-1")]
    ) -> String {
        let parts = fields.map { "--\(boundary)\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }
        return parts.joined()
            + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n\(file)\r\n"
            + "--\(boundary)--\r\n"
    }

    private static func post(
        _ lab: ProxyLab, _ body: String, type: String = "multipart/form-data; boundary=\(boundary)"
    ) async throws -> ProxyLab.Answer {
        var request = lab.request(body, path: "/v1/audio/transcriptions")
        request.headers.replaceOrAdd(name: "content-type", value: type)
        return try await ProxyLab.Answer(ProxyLab.client.execute(request, timeout: .seconds(60)))
    }

    @Test func writesAVoiceNoteDownForTheUnitsOfItsLength() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await Self.post(lab, Self.form())
            #expect(answer.status == 200)
            #expect(answer.body.contains(#""text":"Buy some bread""#))
            #expect(answer.headers.first(name: "x-usage-remaining") == "\(1_000_000 - 1_000)")
            let event = try #require(try await lab.events().first)
            #expect(event.cause == .transcription && event.usage.units == 1_000 && !event.estimated)
            #expect(try await lab.quota() == lab.quota(used: 1_000))
            #expect(await lab.figures.text().contains("transcriptions"))
        }
    }

    @Test(arguments: [("text", "Buy some bread\n"), ("verbose_json", "\"duration\":10")])
    func givesItInTheFormThatIsAskedFor(_ format: String, _ words: String) async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await Self.post(lab, Self.form([("model", "whisper-1"), ("response_format", format)]))
            #expect(answer.status == 200 && answer.body.contains(words), "\(answer.body)")
            // A form that doesn't tell the length counts by the file's size: here, the same.
            #expect(try await lab.quota().used == 1_000)
        }
    }

    @Test func theLimitHolds() async throws {
        // Each may weigh 4,000 units at most, and does weigh 1,000.
        try await ProxyLab.run(limit: 7_500) { lab async throws in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 { group.addTask { try await Self.post(lab, Self.form()).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.contains(200) && statuses.contains(429))
            let used = try await lab.quota().used
            #expect(used == 1_000 * statuses.count { $0 == 200 } && used <= 7_500)
            #expect(try lab.journalSlots(withBooked: false).isEmpty)
        }
    }

    @Test(arguments: [
        (form(name: "voice.txt"), 400, "Invalid file format"), (form([]), 400, "names no model"),
        (form([("model", "whisper-9")]), 404, "whisper-9"), (form(file: ""), 400, "is empty"),
        (form([("model", "whisper-1"), ("response_format", "xml")]), 400, "response_format"),
        (form([("model", "whisper-1"), ("stream", "true")]), 400, "stream"), ("--", 400, "can't be read"),
        (form([("model", "whisper-1"), ("prompt", String(repeating: "a", count: 4_097))]), 400, "longer than 4096 bytes"),
        // Only the server knows.
        (form(file: "short"), 400, "can't be written down"),
    ])
    func refusesWhatTheVendorRefuses(_ body: String, _ status: Int, _ words: String) async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await Self.post(lab, body)
            #expect(answer.status == status && answer.body.contains(words), "\(answer.body)")
            #expect(try await lab.quota().used == 0)
        }
    }

    @Test func chargesNothingWhereTheServerIsOutOfOrder() async throws {
        let broken = Router(context: BasicRequestContext.self)
        broken.post("/v1/audio/transcriptions") { _, _ in Response(status: .internalServerError) }
        try await ProxyLab.run(upstream: broken) { lab async throws in
            let answer = try await Self.post(lab, Self.form())
            #expect(answer.status == 503)
            #expect(try await lab.quota() == lab.quota(used: 0))
        }
    }

    @Test func aConnectionThatBreaksOffAfterTheRequestIsCharged() async throws {
        let breaking = Router(context: BasicRequestContext.self)
        breaking.post("/v1/audio/transcriptions") { request, _ -> Response in
            _ = try await request.body.collect(upTo: 1 << 20)
            return Response(status: .ok, body: .init { _ in throw CancellationError() })
        }
        try await ProxyLab.run(upstream: breaking) { lab async throws in
            #expect(try await Self.post(lab, Self.form()).status == 503)
            let event = try #require(try await lab.events().first)
            #expect(event.estimated && event.usage.units == 1_000)
        }
    }

    /// A file that says much in few bytes costs what the server says.
    @Test func whatTheServerSaysOfTheLengthIsCharged() async throws {
        let long = Router(context: BasicRequestContext.self)
        long.post("/v1/audio/transcriptions") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: #"{"text":"…","usage":{"type":"duration","seconds":55}}"#)))
        }
        try await ProxyLab.run(upstream: long) { lab async throws in
            #expect(try await Self.post(lab, Self.form()).status == 200)
            #expect(try await lab.quota().used == 5_500)
        }
    }

    @Test func isNotThereUnlessTheHostHasAServer() async throws {
        try await ProxyLab.run(configure: { $0.transcription = nil }) { lab async throws in
            #expect(try await Self.post(lab, Self.form()).status == 404)
        }
    }

    @Test func aHeldAgentHasNothingWrittenDown() async throws {
        try await ProxyLab.run(agentSpeaks: .english) { lab async throws in
            #expect(try await Self.post(lab, Self.form()).status == 200)
            _ = try await lab.platform.database.write { [lab] in
                try AgentGuardStore($0).hold(lab.box.id, customerID: lab.customer.id, .manyCalls, now: testNow)
            }
            try await eventually { try await Self.post(lab, Self.form()).body.contains("agent_held") }
        }
    }
}

extension ProxyLab {
    fileprivate func quota(used: Int) -> Quota {
        Quota(periodStart: testNow, periodEnd: testNow + .days(30), limit: 1_000_000, used: used, reserved: 0)
    }
}
