import Jobs
import Operator
import Webhooks

extension Composition {
    /// Sends messages to customers' own programs. Their receivers may be slow: nothing else waits for them.
    var webhookWorker: JobWorker {
        let webhooks = WebhookService(
            queue: platform.queue, vault: platform.vault,
            sender: WebhookSender(blockedRanges: configuration.cluster.settings.blockedRanges),
            allowsThisMachine: CloudConfiguration.isThisMachine(configuration.publicURL))
        var handlers = JobHandlers()
        webhooks.register(in: &handlers)
        return separateWorker(handlers, concurrency: 32)
    }

    /// A worker that others' jobs don't wait for.
    func separateWorker(_ handlers: JobHandlers, concurrency: Int) -> JobWorker {
        JobWorker(
            queue: platform.queue, handlers: handlers, periodic: [], notifier: platform.notifier, concurrency: concurrency,
            logger: platform.logger, onEnd: jobEnds)
    }
}
