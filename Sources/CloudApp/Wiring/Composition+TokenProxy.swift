import Core
import Jobs
import Logging
import ServiceLifecycle
import TokenProxy

extension Composition {
    /// The proxy, and what brings changed keys and models to it.
    /// - Throws: ``DomainError`` with the code `invalid_upstream`.
    func tokenProxy() throws -> [any Service] {
        let storage = TokenProxyStorage(queue: platform.queue)
        var settings = TokenProxyConfiguration(
            journalFolder: platform.data.file("journal"), upgradeURL: configuration.publicURL + "/dashboard")
        settings.host = configuration.host
        settings.port = configuration.tokenProxyPort
        settings.plans = configuration.plans
        settings.upstreamConcurrency = configuration.kimi.concurrency
        settings.transcription = configuration.transcription
        settings.countsByCustomer = configuration.metricsByCustomer
        let upstreams = try UpstreamDirectory(configuration.upstreams)
        return [
            TokenProxy(
                configuration: settings, upstreams: upstreams, storage: storage, clock: platform.clock,
                holder: platform.instance, logger: platform.logger, figures: proxyFigures),
            EnvironmentFileWatcher(logger: platform.logger) { [logger = platform.logger] configuration in
                do {
                    try upstreams.replace(configuration.upstreams)
                    logger.notice("the model upstreams were read anew")
                } catch {
                    logger.error("the changed upstreams can't be used", metadata: ["error": "\(error)"])
                }
            },
        ]
    }
}

extension CloudConfiguration {
    /// Where model calls go, in the order in which it is tried.
    var upstreams: [UpstreamConfiguration] {
        let first = UpstreamConfiguration(
            name: "kimi", openAIBaseURL: kimi.baseURL, anthropicBaseURL: kimi.anthropicBaseURL,
            keys: kimi.apiKeys.isEmpty ? [SandboxSecrets.kimiKey] : kimi.apiKeys, models: kimi.models)
        let second = fallback.map {
            UpstreamConfiguration(
                name: "fallback", openAIBaseURL: $0.baseURL, anthropicBaseURL: $0.anthropicBaseURL, keys: $0.apiKeys,
                models: $0.models)
        }
        return [first] + [second].compactMap { $0 }
    }
}
