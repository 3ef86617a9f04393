import AsyncHTTPClient
import FoundationEssentials
package import JSON
import NIOCore
import NIOHTTP1

/// Speaks the API of a Kubernetes cluster (https://kubernetes.io/docs/reference/using-api/api-concepts/).
///
/// Repeats what failed in passing (no connection, 429, 5xx), honouring `Retry-After`. HTTP/2 where the server offers it, over
/// one pool of connections.
package struct KubernetesClient: Sendable {
    private let configuration: ClusterConfiguration
    private let connection: ClusterConnection
    let retryPolicy: RetryPolicy

    /// A client must be closed.
    package init(_ configuration: ClusterConfiguration, retryPolicy: RetryPolicy = RetryPolicy()) {
        self.configuration = configuration
        connection = ClusterConnection(configuration)
        self.retryPolicy = retryPolicy
    }

    /// Ends all connections; nothing can be asked afterwards.
    package func close() async {
        await connection.close()
    }

    /// The namespace that this program itself lives in, or that the kubeconfig's context names.
    package var namespace: String { configuration.namespace }

    // MARK: Reading

    /// - Returns: `nil` if there is no such object.
    /// - Throws: ``KubernetesError``; ``CredentialError``.
    package func get(_ type: ResourceType, _ name: String, namespace: String? = nil) async throws -> KubernetesObject? {
        do {
            let json = try await send(.GET, type.path(namespace: namespace, name: name, subresource: nil))
            return KubernetesObject(type, json: json)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// All objects of a kind, fetched in pages.
    /// - Parameters:
    ///   - namespace: `nil` for all.
    ///   - labelSelector: such as `a=b,c`.
    /// - Throws: ``KubernetesError``; ``CredentialError``.
    package func list(
        _ type: ResourceType, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
        pageSize: Int = 500
    ) async throws -> KubernetesObjectList {
        let path = type.path(namespace: namespace, name: nil, subresource: nil)
        var query = Query(labelSelector: labelSelector, fieldSelector: fieldSelector)
        query["limit"] = "\(pageSize)"
        var list = KubernetesObjectList(items: [], resourceVersion: "")
        while true {
            let page = try await send(.GET, path, query)
            list.items += (page["items"]?.elements ?? []).map { KubernetesObject(type, json: $0) }
            list.resourceVersion = page["metadata"]?["resourceVersion"]?.string ?? ""
            guard let next = page["metadata"]?["continue"]?.string, !next.isEmpty else { return list }
            query["continue"] = next
        }
    }

    /// What a container has written.
    /// - Parameters:
    ///   - container: `nil` if the pod has only one.
    ///   - previous: of the container's run before this one.
    /// - Throws: ``KubernetesError``; ``CredentialError``.
    package func logs(
        pod: String, namespace: String, container: String? = nil, tailLines: Int, previous: Bool = false
    ) async throws -> String {
        var query = Query()
        query["container"] = container
        query["tailLines"] = "\(tailLines)"
        if previous { query["previous"] = "true" }
        let path = ResourceType.pods.path(namespace: namespace, name: pod, subresource: "log")
        return String(decoding: try await sendRaw(.GET, path, query), as: UTF8.self)
    }

    // MARK: Writing

    /// Server-side apply: makes the object hold these fields and gives up those that the same manager applied before and
    /// doesn't any more (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
    /// - Parameter force: takes fields over that others have set otherwise.
    /// - Returns: the object as it is now.
    /// - Throws: ``KubernetesError``; ``CredentialError``.
    package func apply(
        _ object: KubernetesObject, fieldManager: String, force: Bool = true
    ) async throws -> KubernetesObject {
        var query = Query()
        query["fieldManager"] = fieldManager
        query["force"] = force ? "true" : "false"
        let json = try await send(.PATCH, path(of: object), query, body: object.json, as: "application/apply-patch+yaml")
        return KubernetesObject(object.type, json: json)
    }

    /// Puts the object in the place of the one that exists.
    /// - Parameter object: with a resource version it replaces only that very version.
    /// - Throws: ``KubernetesError``, a conflict if the object has changed meanwhile; ``CredentialError``.
    package func replace(_ object: KubernetesObject, fieldManager: String) async throws -> KubernetesObject {
        var query = Query()
        query["fieldManager"] = fieldManager
        return KubernetesObject(object.type, json: try await send(.PUT, path(of: object), query, body: object.json))
    }

    /// Makes an object. If an answer is lost, it is asked for again, so the conflict may be with its own first attempt.
    /// - Throws: ``KubernetesError``, a conflict if there is one of that name; ``CredentialError``.
    package func create(_ object: KubernetesObject, fieldManager: String) async throws -> KubernetesObject {
        var query = Query()
        query["fieldManager"] = fieldManager
        let namespace = object.type.isNamespaced ? object.namespace : nil
        let path = object.type.path(namespace: namespace, name: nil, subresource: nil)
        return KubernetesObject(object.type, json: try await send(.POST, path, query, body: object.json))
    }

    /// Changes some fields (JSON merge patch, RFC 7396).
    /// - Parameter subresource: such as `scale` or `status`.
    /// - Returns: the object (or its subresource) as it is now; `nil` if there is none.
    /// - Throws: ``KubernetesError``; ``CredentialError``.
    package func patch(
        _ type: ResourceType, _ name: String, namespace: String?, subresource: String? = nil, merging patch: JSONValue,
        fieldManager: String
    ) async throws -> KubernetesObject? {
        var query = Query()
        query["fieldManager"] = fieldManager
        let path = type.path(namespace: namespace, name: name, subresource: subresource)
        do {
            return KubernetesObject(
                type, json: try await send(.PATCH, path, query, body: patch, as: "application/merge-patch+json"))
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// How the objects go that an object owns (https://kubernetes.io/docs/concepts/architecture/garbage-collection/).
    package enum Propagation: String, Sendable {
        /// The object first, what it owns later.
        case background = "Background"
        /// What it owns first; until then the object stays, being deleted.
        case foreground = "Foreground"
    }

    /// Has an object deleted; it may be there for a while yet. One that doesn't exist is no error.
    /// - Parameter uid: deletes only that very object, not another one of the same name.
    /// - Throws: ``KubernetesError``; ``CredentialError``.
    package func delete(
        _ type: ResourceType, _ name: String, namespace: String? = nil, propagation: Propagation = .background,
        uid: String? = nil
    ) async throws {
        var options: JSONValue = [
            "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": .string(propagation.rawValue),
        ]
        if let uid { options["preconditions"] = ["uid": .string(uid)] }
        do {
            _ = try await send(
                .DELETE, type.path(namespace: namespace, name: name, subresource: nil), body: options)
        } catch let error as KubernetesError where error.isNotFound {
            return
        }
    }

    private func path(of object: KubernetesObject) -> String {
        object.type.path(
            namespace: object.type.isNamespaced ? object.namespace : nil, name: object.name, subresource: nil)
    }

    // MARK: Requests

    private func send(
        _ method: HTTPMethod, _ path: String, _ query: Query = Query(), body: JSONValue? = nil,
        as contentType: String = "application/json"
    ) async throws -> JSONValue {
        let bytes = try await sendRaw(method, path, query, body: body?.text(), contentType: contentType)
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw KubernetesError(status: nil, message: "the answer isn't JSON", request: "\(method) \(path)")
        }
    }

    private func sendRaw(
        _ method: HTTPMethod, _ path: String, _ query: Query, body: [UInt8]? = nil,
        contentType: String = "application/json"
    ) async throws -> [UInt8] {
        var attempt = 1
        while true {
            let failure: KubernetesError
            do {
                let response = try await execute(method, path, query, body: body, contentType, limit: .seconds(30))
                return try await Array(response.body.collect(upTo: 256 << 20).readableBytesView)
            } catch let error as KubernetesError {
                failure = error
            } catch let error where Self.isFailedConnection(error) {
                failure = KubernetesError(
                    status: nil, message: "the API server can't be reached: \(error)", request: "\(method) \(path)")
            }
            try Task.checkCancellation()
            guard failure.isPassing,
                let delay = retryPolicy.delay(after: attempt, asked: failure.retryAfter, jitter: .random(in: 0.5...1))
            else { throw failure }
            try await Task.sleep(for: delay)
            attempt += 1
        }
    }

    /// One request; after a 401 a second one, with fresh credentials.
    /// - Throws: ``KubernetesError`` for every status beside 2xx; what the HTTP client throws; ``CredentialError``.
    func execute(
        _ method: HTTPMethod, _ path: String, _ query: Query, body: [UInt8]? = nil,
        _ contentType: String = "application/json", limit: TimeAmount
    ) async throws -> HTTPClientResponse {
        for isRepeated in [false, true] {
            let response = try await connection.execute(path + query.text, limit: limit) { request in
                request.method = method
                guard let body else { return }
                request.headers.add(name: "Content-Type", value: contentType)
                request.body = .bytes(ByteBuffer(bytes: body))
            }
            if (200..<300).contains(response.status.code) { return response }
            let error = KubernetesError(
                status: Int(response.status.code),
                body: try await Array(response.body.collect(upTo: 1 << 20).readableBytesView),
                request: "\(method) \(path)", retryAfterHeader: response.headers.first(name: "Retry-After"))
            guard error.status == 401, !isRepeated else { throw error }
        }
        throw CancellationError()  // Never reached: the second round returns or throws.
    }

    /// What the HTTP client throws is of many types; what is wrong with ourselves has one of these.
    private static func isFailedConnection(_ error: any Error) -> Bool {
        !(error is CancellationError || error is ConfigurationError || error is CredentialError || error is EncodingError)
    }
}
