package import AsyncHTTPClient
import FoundationEssentials
import JSON
import Kubernetes
import NIOHTTP1

/// Speaks Hetzner Cloud's API (https://docs.hetzner.cloud), as far as a cluster needs it.
package struct HetznerClient: Sendable {
    private let api: CloudAPI

    /// - Parameters:
    ///   - baseURL: `https://api.hetzner.cloud/v1`.
    ///   - pause: how it waits between attempts and for actions.
    package init(
        httpClient: HTTPClient, baseURL: String, token: String,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        api = CloudAPI(name: "Hetzner", httpClient: httpClient, baseURL: baseURL, token: token, pause: pause)
    }

    /// All pages of a collection.
    /// - Parameters:
    ///   - collection: such as `servers`, in paths and in answers.
    ///   - query: such as `label_selector=…`, percent-encoded.
    func list(_ collection: String, _ query: String = "") async throws -> [JSONValue] {
        var found: [JSONValue] = []
        var page: Int64? = 1
        while let current = page {
            let suffix = query.isEmpty ? "" : "&" + query
            let answer = try await api.send(.GET, "/\(collection)?page=\(current)&per_page=50\(suffix)")
            found += answer[collection]?.elements ?? []
            page = answer["meta"]?["pagination"]?["next_page"]?.integer
        }
        return found
    }

    func get(_ path: String) async throws -> JSONValue { try await api.send(.GET, path) }

    /// Makes something, and waits until it is there.
    func create(_ collection: String, _ body: JSONValue) async throws {
        try await waitForActions(of: try await api.send(.POST, "/\(collection)", body))
    }

    /// Has something done, and waits until it is.
    func act(_ collection: String, _ id: Int64, _ action: String, _ body: JSONValue) async throws {
        try await waitForActions(of: try await api.send(.POST, "/\(collection)/\(id)/actions/\(action)", body))
    }

    func update(_ collection: String, _ id: Int64, _ body: JSONValue) async throws {
        _ = try await api.send(.PUT, "/\(collection)/\(id)", body)
    }

    /// What isn't there any more counts as deleted.
    func delete(_ collection: String, _ id: Int64) async throws {
        do {
            try await waitForActions(of: try await api.send(.DELETE, "/\(collection)/\(id)"))
        } catch let error as CloudAPIError where error.status == 404 {
            return
        }
    }

    /// - Throws: ``CloudAPIError`` if one of them fails, or takes more than ten minutes.
    private func waitForActions(of answer: JSONValue) async throws {
        let actions =
            [answer["action"]].compactMap(\.self) + (answer["actions"]?.elements ?? [])
            + (answer["next_actions"]?.elements ?? [])
        for action in actions {
            guard let id = action["id"]?.integer else { continue }
            var status = action
            for _ in 0..<600 where status["status"]?.string == "running" {
                try await api.pause(for: .seconds(1))
                status = try await api.send(.GET, "/actions/\(id)")["action"] ?? .null
            }
            guard status["status"]?.string == "success" else {
                let error = status["error"]
                throw CloudAPIError(
                    api: api.name, status: 200,
                    code: error?["code"]?.string ?? "action_\(status["status"]?.string ?? "lost")",
                    message:
                        "\(action["command"]?.string ?? "an action") failed: \(error?["message"]?.string ?? "it doesn't end")"
                )
            }
        }
    }
}
