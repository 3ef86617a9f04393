package import AsyncHTTPClient
import JSON
import Kubernetes
import NIOHTTP1

/// Speaks Cloudflare's API for the records of one zone (https://developers.cloudflare.com/api/resources/dns).
package struct CloudflareClient: Sendable {
    private let api: CloudAPI
    private let path: String

    /// - Parameters:
    ///   - baseURL: `https://api.cloudflare.com/client/v4`.
    ///   - zone: the zone's id.
    package init(
        httpClient: HTTPClient, baseURL: String, token: String, zone: String,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        api = CloudAPI(name: "Cloudflare", httpClient: httpClient, baseURL: baseURL, token: token, pause: pause)
        path = "/zones/\(zone)/dns_records"
    }

    func records() async throws -> [JSONValue] {
        var found: [JSONValue] = []
        var page: Int64 = 1
        while true {
            let answer = try await api.send(.GET, "\(path)?page=\(page)&per_page=100")
            found += answer["result"]?.elements ?? []
            guard page < answer["result_info"]?["total_pages"]?.integer ?? 1 else { return found }
            page += 1
        }
    }

    func create(_ record: JSONValue) async throws { _ = try await api.send(.POST, path, record) }

    func update(_ id: String, _ record: JSONValue) async throws { _ = try await api.send(.PATCH, "\(path)/\(id)", record) }
}
