import Core
import NIOCore
import Synchronization

/// One event loop's part of the proxy: its connections, its way to the upstreams, its figures. Lives on that loop.
final class ProxyLoop {
    let services: ProxyServices
    let eventLoop: any EventLoop
    let pool: UpstreamPool
    var metrics = ProxyMetrics()
    private(set) var isDraining = false
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    private var date: (second: Int64, fields: String) = (-1, "")
    /// The present, in three forms, as of the last event: a look at the clock costs as much as some of the work.
    private(set) var deadline = NIODeadline.now()
    private(set) var now = Duration.zero
    private(set) var time: Timestamp
    private var sweeping: RepeatedTask?
    private var whenEmpty: EventLoopPromise<Void>?

    private static let sweepInterval = TimeAmount.milliseconds(100)

    init(_ services: ProxyServices, eventLoop: any EventLoop) {
        self.services = services
        self.eventLoop = eventLoop
        pool = UpstreamPool(eventLoop: eventLoop, connectTimeout: services.configuration.timeouts.connect)
        time = services.clock.now
        tick()
    }

    /// Something has happened: looks at the clock.
    func tick() {
        deadline = .now()
        now = services.accounts.duration(at: deadline)
        time = services.clock.now
    }

    func start() {
        let loop = NIOLoopBound(self, eventLoop: eventLoop)
        sweeping = eventLoop.scheduleRepeatedTask(
            initialDelay: Self.sweepInterval, delay: Self.sweepInterval
        ) { _ in loop.value.sweep() }
    }

    func add(_ connection: ClientConnection) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: ClientConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { whenEmpty?.succeed() }
    }

    /// How the fields of each answer begin, up to the type's value; the date (RFC 9110, 5.6.7) changes each second.
    var firstFields: String {
        let second = time.milliseconds / 1000
        if date.second != second {
            date = (second, "date: \(time.httpDate)\r\ncache-control: no-store\r\ncontent-type: ")
        }
        return date.fields
    }

    /// Ends what has used up its time. One look at all of them now and then is cheaper than a timer for each.
    private func sweep() {
        tick()
        for connection in connections.values { connection.checkTime(deadline) }
        pool.closeIdle(now: deadline)
        services.limiter.admit(now: now)
    }

    /// Closes each connection as soon as nothing is under way on it, and at `deadline` in any case.
    /// - Returns: fulfilled when all are closed.
    func drain(until deadline: NIODeadline) -> EventLoopFuture<Void> {
        isDraining = true
        let promise = eventLoop.makePromise(of: Void.self)
        whenEmpty = promise
        for connection in connections.values { connection.drain() }
        if connections.isEmpty { promise.succeed() }
        let closing = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            for connection in connections.values { connection.close() }
        }
        return promise.futureResult.assumeIsolated().always { [self] _ in
            closing.cancel()
            sweeping?.cancel()
            pool.closeAll()
        }.nonisolated()
    }
}

/// All loops, for those who look at them from outside.
final class ProxyLoops: Sendable {
    private let all = Mutex<[NIOLoopBound<ProxyLoop>]>([])

    func add(_ loop: NIOLoopBound<ProxyLoop>) { all.withLock { $0.append(loop) } }

    /// - Returns: the figures of all loops together.
    func metrics() async -> ProxyMetrics {
        var sum = ProxyMetrics()
        for loop in all.withLock({ $0 }) {
            // A loop only fails when it has been shut down.
            if let metrics = try? await loop.eventLoop.submit({ loop.value.metrics }).get() { sum.add(metrics) }
        }
        return sum
    }

    func drain(until deadline: NIODeadline) async {
        await withDiscardingTaskGroup { group in
            for loop in all.withLock({ $0 }) {
                group.addTask {
                    try? await loop.eventLoop.flatSubmit { loop.value.drain(until: deadline) }.get()
                }
            }
        }
    }
}
