import AgentTools
import Core
import HTTPSupport
import Jobs
import ServiceLifecycle
import Telegram

extension Composition {
    /// The tools that agents get from us, and what sends the reminders that were set with them.
    func agentTools() -> [any Service] {
        let router = AgentTools(
            queue: platform.queue, plans: configuration.plans,
            search: configuration.search.map { WebSearch(provider: $0, httpClient: platform.httpClient) },
            metrics: metrics, sharedRates: sharedRates, logger: platform.logger
        ).router()
        health.addProbes(to: router)
        let apiRoot = configuration.telegram.apiRoot
        let sender = ReminderSender(
            queue: platform.queue, vault: platform.vault, metrics: metrics,
            makeBotClient: { [httpClient = platform.httpClient] in
                TelegramClient(httpClient: httpClient, apiRoot: apiRoot, token: $0.reveal())
            }, logger: platform.logger)
        var handlers = JobHandlers()
        sender.register(in: &handlers)
        return [
            HTTPService(
                name: Role.agentTools.rawValue, router: router, host: configuration.host,
                port: configuration.agentToolsPort, logger: platform.logger),
            // A worker of their own: a reminder mustn't wait until the boxes' jobs leave room.
            JobWorker(
                queue: platform.queue, handlers: handlers,
                periodic: [PeriodicJob(every: .seconds(60), SendReminders())], notifier: platform.notifier,
                concurrency: 4, logger: platform.logger,
                onEnd: jobEnds),
        ]
    }
}
