import Core
import NIOHTTP1
import SQL
import Store
import TestSupport
import Testing
import TokenProxy

struct ProxyAccessTests {
    @Test(arguments: ["", "ocp_0000", "sk-platform"])
    func refusesTokensItDoesNotKnow(_ token: String) async throws {
        try await ProxyLab.run { lab async throws in
            let openAI = try await lab.post(ProxyLab.body("hello"), token: token)
            #expect(openAI.status == 401)
            #expect(openAI.body.contains(#""code":"invalid_api_key""#))
            let anthropic = try await lab.post(ProxyLab.body("hello"), path: "/v1/messages", token: token)
            #expect(anthropic.body.hasPrefix(#"{"type":"error","error":{"type":"authentication_error""#))
            #expect(try await lab.ledger().count == 0)
        }
    }

    @Test func verifiesTokensInUseMoreOftenThanOnceASecond() {
        #expect(TokenProxyConfiguration.Timeouts().verification < .milliseconds(500))
    }

    @Test func refusesARevokedTokenAfterTheNextVerification() async throws {
        try await ProxyLab.run { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).status == 200)
            try await lab.platform.database.write { [lab] in
                try UsageStore($0).revokeProxyTokens(boxID: lab.box.id, customerID: lab.customer.id, now: testNow)
            }
            try await eventually("the token is refused") { try await lab.post(ProxyLab.body("hello")).status == 401 }
        }
    }

    @Test func letsNobodyWaitForAStorageThatDoesNotAnswer() async throws {
        let storage = RecordingStorage()
        storage.hangs = true
        try await ProxyLab.run(storage: storage, configure: { $0.timeouts.turn = .milliseconds(200) }) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello"))
            #expect(answer.status == 503)
            // What the storage says after all must not meet the next request.
            #expect(answer.headers.first(name: "connection") == "close")
        }
    }

    @Test(arguments: [DesiredState.suspended, .deleted, .draft])
    func refusesABoxThatIsNotWantedRunning(_ state: DesiredState) async throws {
        try await ProxyLab.run { lab async throws in
            try await lab.platform.database.write { [lab] in
                var box = lab.box
                box.desired = state
                _ = try BoxStore($0).want(box)
            }
            #expect(try await lab.post(ProxyLab.body("hello")).status == 401)
        }
    }

    @Test func rightTokensAreNeverLimited() async throws {
        let storage = RecordingStorage()
        let tokens = (0..<60).map { _ in AccessToken.random(prefix: "ocp_") }
        let credential = ProxyCredential(customerID: testIDs.next(), boxID: testIDs.next(), tier: .pro)
        storage.credentials = Dictionary(uniqueKeysWithValues: tokens.map { ($0.hash, credential) })
        try await ProxyLab.run(storage: storage) { lab async throws in
            for _ in 0..<30 { _ = try await lab.get("/v1/models", token: "ocp_wrong") }
            #expect(try await lab.get("/v1/models", token: "ocp_wrong").status == 429)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for token in tokens {
                    group.addTask { try await lab.get("/v1/models", token: token.secret.reveal()).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 60))
        }
    }

    @Test func aStorageThatFailsLimitsNobody() async throws {
        let storage = RecordingStorage()
        storage.fails = true
        try await ProxyLab.run(storage: storage) { lab async throws in
            for _ in 0..<40 {
                let answer = try await lab.get("/v1/models", token: lab.token.secret.reveal())
                #expect(answer.status == 503 && answer.body.contains("storage_unavailable"))
            }
            storage.fails = false
            #expect(try await lab.get("/v1/models", token: "ocp_wrong").status == 401)
        }
    }

    @Test func refusesModelsThatAreNotOnOffer() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.post(#"{"model":"gpt-5","messages":[]}"#)
            #expect(answer.status == 404)
            #expect(answer.body.contains("model_not_found"))
            #expect(try await lab.quota().reserved == 0)
        }
    }

    @Test(arguments: [("{", "invalid_json"), (#"{"model":"k2p5","n":3}"#, "invalid_value"), ("{}", "missing_model")])
    func refusesBodiesItCannotTake(_ body: String, _ code: String) async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.post(body)
            #expect(answer.status == 400)
            #expect(answer.body.contains(code))
        }
    }

    @Test func refusesMoreThan32MB() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.post(ProxyLab.body(String(repeating: "a", count: 32 << 20)))
            #expect(answer.status == 413)
            #expect(answer.body.contains("request_too_large"))
            #expect(try await lab.post(ProxyLab.body("hello")).status == 200)
        }
    }

    @Test func refusesPathsAndMethodsItDoesNotHave() async throws {
        try await ProxyLab.run { lab async throws in
            #expect(try await lab.get("/v1/nothing").status == 404)
            #expect(try await lab.get("/nothing").body.hasPrefix(#"{"error":{"#))
            let wrong = try await lab.get("/v1/chat/completions")
            #expect(wrong.status == 405)
            #expect(wrong.headers.first(name: "allow") == "POST")
        }
    }
}
