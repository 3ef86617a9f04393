import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import TestSupport
import Testing

/// Keys and models that change in `.env` while the token proxy runs.
struct ReloadTests {
    @Test func theTokenProxyTakesModelsFromAChangedFile() async throws {
        let server = ServerProcess(environmentFile: "KIMI_MODELS=one=kimi-k2.6")
        defer { server.tearDown() }
        try await server.start()
        let token = try server.run(["admin", "token", "issue", "--tokens", "1000"])
        #expect(try await models(server, token) == ["one"])
        try server.write(environmentFile: "KIMI_MODELS=one=kimi-k2.6,two=kimi-k3")
        try await eventually { try await models(server, token) == ["one", "two"] }
        // What can't be used is said and changes nothing.
        try server.write(environmentFile: "KIMI_MODELS=nonsense")
        try await eventually { server.log.contains("the changed .env can't be used") }
        #expect(try await models(server, token) == ["one", "two"])
    }

    private func models(_ server: ServerProcess, _ token: String) async throws -> [String] {
        struct List: Decodable {
            let data: [Model]
            struct Model: Decodable { let id: String }
        }
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(server.ports.tokenProxy)/v1/models")
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
        let body = try await response.body.collect(upTo: 1 << 20)
        return try JSONDecoder().decode(List.self, from: Data(buffer: body)).data.map(\.id).sorted()
    }
}
