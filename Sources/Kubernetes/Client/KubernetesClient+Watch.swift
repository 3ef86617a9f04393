import AsyncHTTPClient
import FoundationEssentials
import JSON
import NIOCore
import NIOHTTP1

/// What a watch tells (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
package enum WatchEvent: Sendable {
    /// The object exists and is so now.
    case updated(KubernetesObject)
    /// The object as it was last.
    case deleted(KubernetesObject)
    /// Nothing has changed up to this resource version.
    case bookmark(resourceVersion: String)

    /// Up to here everything has been told, this included.
    var resourceVersion: String? {
        switch self {
        case .updated(let object), .deleted(let object): object.resourceVersion
        case .bookmark(let resourceVersion): resourceVersion
        }
    }
}

extension KubernetesClient {
    /// Tells changes until the server ends the watch, which it does after a few minutes.
    /// - Parameters:
    ///   - resourceVersion: changes after this one.
    ///   - body: gets the changes in order.
    /// - Throws: ``KubernetesError``, for which `isExpired` holds if the resource version is too old; what the HTTP client and
    ///   `body` throw; ``CredentialError``.
    package func watch(
        _ type: ResourceType, namespace: String? = nil, labelSelector: String? = nil, resourceVersion: String,
        _ body: (WatchEvent) async throws -> Void
    ) async throws {
        var query = Query(labelSelector: labelSelector)
        query["watch"] = "true"
        query["allowWatchBookmarks"] = "true"
        query["resourceVersion"] = resourceVersion
        // Spread, so that the watches of many don't end together.
        query["timeoutSeconds"] = "\(Int.random(in: 240...300))"
        let path = type.path(namespace: namespace, name: nil, subresource: nil)
        let response = try await execute(.GET, path, query, limit: .seconds(330))
        let decoder = JSONDecoder()
        var lines = LineBuffer()
        for try await chunk in response.body {
            for line in lines.append(chunk) {
                let event = try decoder.decode(JSONValue.self, from: line)
                try await body(try watchEvent(event, type, request: "GET \(path)"))
            }
        }
    }

    private func watchEvent(_ event: JSONValue, _ type: ResourceType, request: String) throws -> WatchEvent {
        let object = event["object"] ?? [:]
        switch event["type"]?.string {
        case "ADDED", "MODIFIED": return .updated(KubernetesObject(type, json: object))
        case "DELETED": return .deleted(KubernetesObject(type, json: object))
        case "BOOKMARK":
            return .bookmark(resourceVersion: object["metadata"]?["resourceVersion"]?.string ?? "")
        default:
            throw KubernetesError(
                status: object["code"]?.integer.map(Int.init), reason: object["reason"]?.string ?? "",
                message: object["message"]?.string ?? "the watch failed", request: request)
        }
    }
}

/// Puts lines together from chunks.
struct LineBuffer {
    private var rest = Data()

    /// - Returns: the lines that are complete now, without their ends.
    mutating func append(_ chunk: ByteBuffer) -> [Data] {
        rest.append(contentsOf: chunk.readableBytesView)
        guard rest.contains(UInt8(ascii: "\n")) else { return [] }
        var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Data($0) }
        rest = lines.removeLast()
        return lines.filter { !$0.isEmpty }
    }
}
