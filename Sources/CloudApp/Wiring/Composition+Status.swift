import AsyncHTTPClient
import Core
import Jobs
import Operator
import Telegram

extension Composition {
    /// What the status page is made of.
    var statusProbes: StatusProbes {
        // Beside the interface that agents call, not below it.
        let root = configuration.agentSettings(inCluster: platform.cluster != nil).tokenProxyURL
        let proxy = root.hasSuffix("/v1") ? String(root.dropLast(3)) : root
        let upstreams = [configuration.kimi.baseURL] + [configuration.fallback?.baseURL].compactMap { $0 }
        let places = StatusProbes.Places(
            site: configuration.publicURL + "/readyz", proxy: proxy + "/readyz", upstreams: upstreams.map { $0 + "/models" },
            payments: configuration.stripe.baseURL + "/v1/prices")
        return StatusProbes(
            queue: platform.queue,
            probes: places.probes(
                manager: makeBotClient(configuration.telegram.botToken ?? platform.sandboxSecrets.telegramBotToken),
                client: platform.httpClient, database: platform.database, clock: platform.clock),
            logger: platform.logger)
    }
}
