import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

struct AgentTests {
    private func patch(_ api: TestAPI, _ json: String, _ headers: HTTPFields) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = "application/json"
        return try await api.client.executeRequest(
            uri: "/v1/agent", method: .patch, headers: headers, body: ByteBuffer(string: json))
    }

    @Test func whatIsLeftOutStays() async throws {
        try await TestAPI.run { api in
            let answer = try await patch(
                api, #"{"tone":"formal","working_hours":{"from":"08:00","until":"17:00"}}"#, api.ana.headers())
            let agent = try TestAPI.object(answer)
            #expect(answer.status == .ok)
            #expect(agent["tone"] == .text("formal") && agent["agent_name"] == .text("Ana's agent"))
            #expect(agent["working_hours"]?["from"] == .text("08:00"))
            #expect(agent["is_applied"] == .bool(false))
            let again = try TestAPI.object(try await patch(api, #"{"working_hours":null}"#, api.ana.headers()))
            #expect(again["working_hours"] == nil && again["tone"] == .text("formal"))
            #expect(try await api.platform.queuedJobs(ReconcileBox.kind).count == 1)
            let bens = try await api.client.executeRequest(
                uri: "/v1/agent", method: .get, headers: api.ben.headers(), body: nil)
            #expect(try TestAPI.object(bens)["tone"] == .text("warm"))
        }
    }

    @Test(arguments: [
        (#"{"agent_name":"<>"}"#, "invalid_agent_name"), (#"{"time_zone":"Mars/Base"}"#, "unknown_time_zone"),
        (#"{"working_hours":{"from":"8","until":"9"}}"#, "invalid_working_hours"), (#"{"tone":"rude"}"#, "invalid_body"),
        (#"{"abilities":{"web":false}}"#, "invalid_body"), ("{", "malformed_json"),
    ])
    func refusesWhatIsNoSetting(_ json: String, _ code: String) async throws {
        try await TestAPI.run { api in
            let answer = try await patch(api, json, api.ana.headers())
            #expect(answer.status == .badRequest)
            #expect(try TestAPI.object(answer)["code"] == .text(code))
        }
    }

    @Test func aTokenSeesAndChangesInItsCustomersName() async throws {
        try await TestAPI.run { api in
            func token(_ scope: String) async throws -> HTTPFields {
                var headers = api.ana.headers()
                headers[.contentType] = "application/json"
                let answer = try await api.client.executeRequest(
                    uri: "/v1/tokens", method: .post, headers: headers,
                    body: ByteBuffer(string: #"{"name":"Script","scope":"\#(scope)"}"#))
                #expect(answer.status == .created)
                guard case .text(let token) = try TestAPI.object(answer)["token"] else { return [:] }
                return [.authorization: "Bearer \(token)"]
            }
            let (read, write) = (try await token("read"), try await token("write"))
            let me = try await api.client.executeRequest(uri: "/v1/me", method: .get, headers: read, body: nil)
            #expect(try TestAPI.object(me)["id"] == .text(api.ana.customer.id.rawValue))
            let refused = try await patch(api, #"{"tone":"brief"}"#, read)
            #expect(refused.status == .forbidden)
            #expect(try TestAPI.object(refused)["code"] == .text("read_only_token"))
            #expect(try await patch(api, #"{"tone":"brief"}"#, write).status == .ok, "no Origin is asked of programs")
            let tokens = try await api.client.executeRequest(uri: "/v1/tokens", method: .get, headers: write, body: nil)
            #expect(try TestAPI.object(tokens)["code"] == .text("session_required"))
            let list = try await api.client.executeRequest(
                uri: "/v1/tokens", method: .get, headers: api.ana.headers(), body: nil)
            #expect(try TestAPI.object(list)["data"]?.items.count == 2)
            #expect(try TestAPI.object(list)["data"]?.items.first?["token"] == nil, "it is shown once")
            #expect(try TestAPI.object(list)["data"]?.items.first?["last_used_at"] != nil)
        }
    }

    @Test(arguments: ["Bearer ocu_1", "Bearer ocp_1", "Basic YTpi", "Bearer"])
    func aWrongTokenIsNoSession(_ header: String) async throws {
        try await TestAPI.run { api in
            var headers = api.ana.headers()
            headers[.authorization] = header
            let answer = try await api.client.executeRequest(uri: "/v1/me", method: .get, headers: headers, body: nil)
            #expect(answer.status == .unauthorized)
        }
    }

    @Test func aDeletedTokenOpensNothing() async throws {
        try await TestAPI.run { api in
            var headers = api.ana.headers()
            headers[.contentType] = "application/json"
            let made = try TestAPI.object(
                try await api.client.executeRequest(
                    uri: "/v1/tokens", method: .post, headers: headers,
                    body: ByteBuffer(string: #"{"name":"Script","scope":"read"}"#)))
            guard case .text(let id) = made["id"], case .text(let token) = made["token"] else {
                Issue.record("no token")
                return
            }
            func status(_ method: HTTPRequest.Method, _ uri: String, _ headers: HTTPFields) async throws -> Int {
                try await api.client.executeRequest(uri: uri, method: method, headers: headers, body: nil).status.code
            }
            #expect(try await status(.delete, "/v1/tokens/\(id)", api.ben.headers()) == 404, "somebody else's")
            #expect(try await status(.get, "/v1/me", [.authorization: "Bearer \(token)"]) == 200)
            #expect(try await status(.delete, "/v1/tokens/\(id)", api.ana.headers()) == 204)
            #expect(try await status(.get, "/v1/me", [.authorization: "Bearer \(token)"]) == 401)
        }
    }
}
