/// A worker's times and limits.
package struct JobWorkerTiming: Sendable {
    /// How long a job is a worker's own without a sign of life. Workers' clocks must agree much better than this.
    package var lease = Duration.seconds(10)
    /// From one sign of life to the next; dead workers are looked for as often.
    package var heartbeat = Duration.seconds(3)
    /// From one look at the queue to the next, if nobody notifies.
    package var poll = Duration.milliseconds(500)
    /// How long running jobs are given when the worker is asked to stop.
    package var drain = Duration.seconds(20)
    /// How long a handler that was told to end has for it, before its job is taken from it.
    package var patience = Duration.seconds(5)

    package init() {}
}
