package import Core
import FoundationEssentials
import ModelAPI
import NIOSSL
import Synchronization

/// A place that answers model calls, and the keys that it knows the platform by.
package struct UpstreamConfiguration: Sendable, Hashable {
    /// For logs and metrics.
    package var name: String
    /// OpenAI's form, up to and with `/v1`.
    package var openAIBaseURL: String
    /// Anthropic's form, without `/v1`.
    package var anthropicBaseURL: String
    package var keys: [Secret]
    /// Its model names by the product's.
    package var models: [String: String]

    package init(
        name: String, openAIBaseURL: String, anthropicBaseURL: String, keys: [Secret], models: [String: String]
    ) {
        self.name = name
        self.openAIBaseURL = openAIBaseURL
        self.anthropicBaseURL = anthropicBaseURL
        self.keys = keys
        self.models = models
    }
}

/// The upstreams, in the order in which they are tried; can be replaced while calls are under way.
package final class UpstreamDirectory: Sendable {
    private let current: Mutex<[UpstreamTarget]>
    private let turn = Atomic(0)

    /// - Throws: ``DomainError`` with the code `invalid_upstream`.
    package init(_ upstreams: [UpstreamConfiguration]) throws(DomainError) {
        current = Mutex(try Self.targets(upstreams, keeping: []))
    }

    /// Calls under way stay where they are. What is known of an upstream whose configuration stays is kept.
    /// - Throws: ``DomainError`` with the code `invalid_upstream`; then everything stays as it was.
    package func replace(_ upstreams: [UpstreamConfiguration]) throws(DomainError) {
        let old = current.withLock { $0 }
        let new = try Self.targets(upstreams, keeping: old)
        current.withLock { $0 = new }
    }

    private static func targets(
        _ upstreams: [UpstreamConfiguration], keeping old: [UpstreamTarget]
    ) throws(DomainError) -> [UpstreamTarget] {
        var targets: [UpstreamTarget] = []
        for upstream in upstreams {
            for key in upstream.keys {
                if let known = old.first(where: { $0.configuration == upstream && $0.key == key }) {
                    targets.append(known)
                } else {
                    targets.append(try UpstreamTarget(upstream, key: key))
                }
            }
        }
        return targets
    }

    func has(model: String) -> Bool { hasOther(than: [], model: model) }

    func hasOther(than tried: [UpstreamTarget], model: String) -> Bool {
        current.withLock { $0 }.contains { target in
            target.models[model] != nil && !tried.contains { $0 === target }
        }
    }

    /// The product's names of the models.
    var models: [String] { Set(current.withLock { $0 }.flatMap(\.configuration.models.keys)).sorted() }

    /// - Parameters:
    ///   - tried: those that have failed this call already.
    ///   - now: since any fixed moment.
    /// - Returns: the first upstream that has the model and isn't known to be in trouble, its keys taking turns; one in
    ///   trouble, if there is no other; `nil` if none has the model.
    func target(model: String, tried: [UpstreamTarget], now: Duration) -> UpstreamTarget? {
        let targets = current.withLock { $0 }
        var first: UpstreamTarget?
        var peers = 0
        var fallback: UpstreamTarget?
        for target in targets where target.models[model] != nil {
            if tried.contains(where: { $0 === target }) {
                fallback = fallback ?? target
            } else if !target.isUsable(now: now) {
                // Better than one that this very call has failed at.
                if fallback.map({ known in tried.contains { $0 === known } }) ?? true { fallback = target }
            } else if let first {
                if first.configuration.name == target.configuration.name { peers += 1 }
            } else {
                first = target
                peers = 1
            }
        }
        guard let first, peers > 1 else { return first ?? fallback }
        let usable = targets.filter { target in
            target.configuration.name == first.configuration.name && target.configuration.models[model] != nil
                && target.isUsable(now: now) && !tried.contains { $0 === target }
        }
        // The upstream may have failed in the meantime.
        return usable.isEmpty ? first : usable[turn.add(1, ordering: .relaxed).newValue % usable.count]
    }

    /// Whether any upstream can be used now.
    func isUsable(now: Duration) -> Bool { current.withLock { $0 }.contains { $0.isUsable(now: now) } }
}

/// One upstream with one key.
final class UpstreamTarget: Sendable {
    let configuration: UpstreamConfiguration
    let key: Secret
    /// By the product's names.
    let models: [String: Model]
    let openAI: Endpoint
    let anthropic: Endpoint
    /// Until when it is not to be tried first, and how often in a row it has failed.
    private let trouble = Mutex<(until: Duration, failures: Int)>((.zero, 0))

    struct Model: Sendable {
        /// Its name there, as a JSON string.
        let quotedName: String
        /// How it is told whether to think.
        let thinking: ThinkingControl
    }

    /// One form of it.
    final class Endpoint: Sendable {
        let host: String
        let port: Int
        /// `nil` without TLS.
        let tls: NIOSSLContext?
        /// Request line and the fields that are the same for each call.
        let head: String
        /// Only Kimi itself gets all that a client sends.
        let members: MemberRule

        private static let kimi = ["moonshot.ai", "moonshot.cn", "kimi.com"]

        init(host: String, port: Int, tls: NIOSSLContext?, head: String) {
            members = Self.kimi.contains { host == $0 || host.hasSuffix("." + $0) } ? .all : .listed
            self.host = host
            self.port = port
            self.tls = tls
            self.head = head
        }
    }

    init(_ configuration: UpstreamConfiguration, key: Secret) throws(DomainError) {
        self.configuration = configuration
        self.key = key
        models = configuration.models.mapValues {
            Model(quotedName: JSONText.quoted($0), thinking: ThinkingControl(model: $0))
        }
        openAI = try Self.endpoint(configuration.openAIBaseURL, path: "/chat/completions", key, isAnthropic: false)
        anthropic = try Self.endpoint(configuration.anthropicBaseURL, path: "/v1/messages", key, isAnthropic: true)
    }

    private static func endpoint(
        _ base: String, path: String, _ key: Secret, isAnthropic: Bool
    ) throws(DomainError) -> Endpoint {
        let invalid = DomainError(.invalid, code: "invalid_upstream", "'\(base)' can't be used as an upstream's URL.")
        guard let url = URL(string: base), let host = url.host(), let scheme = url.scheme,
            ["http", "https"].contains(scheme)
        else { throw invalid }
        let key = key.reveal()
        guard (key + base).utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw invalid }
        let isSecure = scheme == "https"
        let authority = url.port.map { "\(host):\($0)" } ?? host
        var prefix = url.path()
        while prefix.hasSuffix("/") { prefix.removeLast() }
        var head = "POST \(prefix)\(path) HTTP/1.1\r\nhost: \(authority)\r\ncontent-type: application/json\r\n"
        // Without it, an encoding may be chosen that hides the figures.
        head += "accept-encoding: identity\r\n"
        head += "authorization: Bearer \(key)\r\n"
        if isAnthropic { head += "x-api-key: \(key)\r\n" }
        var tls: NIOSSLContext?
        if isSecure {
            guard let context = try? NIOSSLContext(configuration: .makeClientConfiguration()) else { throw invalid }
            tls = context
        }
        return Endpoint(host: host, port: url.port ?? (isSecure ? 443 : 80), tls: tls, head: head)
    }

    // MARK: Trouble

    func isUsable(now: Duration) -> Bool { trouble.withLock { $0.until <= now } }

    func succeeded() {
        trouble.withLock { if $0.failures > 0 { $0 = (.zero, 0) } }
    }

    /// - Parameter pause: how long it is passed over; grows with each failure in a row, if not given.
    func failed(for pause: Duration? = nil, now: Duration) {
        trouble.withLock { trouble in
            trouble.failures += 1
            let wait = pause ?? .milliseconds(250 << min(trouble.failures, 7))
            trouble.until = max(trouble.until, now + wait)
        }
    }
}
