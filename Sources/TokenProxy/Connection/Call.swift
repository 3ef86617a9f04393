import Core
import Logging
import ModelAPI
import NIOCore

/// Drives one model call between its client and an upstream: tells a ``CallMachine`` what happens, and does what that says.
/// Lives on its client's event loop.
final class Call {
    let request: IncomingRequest
    let client: ClientConnection
    let loop: ProxyLoop
    let caller: Caller
    var machine: CallMachine
    var body: ByteBuffer
    var wanted: ModelRequest?
    /// Of an agent's call: which turn it belongs to.
    var turn: Int64?
    var unitRequest: Allowance.Request?
    /// Whether the upstream has been asked how many tokens the prompt has.
    var isEstimated = false
    var grant: Account.Grant?
    var ticket: Journal.Ticket?

    private var waiter: ConcurrencyLimiter.Waiter?
    var connection: UpstreamConnection?
    var target: UpstreamTarget?
    private var tried: [UpstreamTarget] = []
    var output = ByteBuffer()
    var isOutputWritten = true
    var last = ByteBuffer()

    /// Until it was on its way to the upstream, and until its answer began.
    var overhead: TimeAmount?
    var firstByte: TimeAmount?

    init(_ request: IncomingRequest, body: ByteBuffer, client: ClientConnection) {
        self.request = request
        self.body = body
        self.client = client
        loop = client.loop
        // A call begins only once its caller is known.
        caller = request.caller!
        machine = CallMachine(
            dialect: request.dialect, timeouts: loop.services.configuration.timeouts,
            isReadByPeople: request.isReadByPeople, isWritable: client.isWritable, now: loop.deadline)
    }

    var services: ProxyServices { loop.services }
    var dialect: ModelDialect { machine.dialect }

    /// Whether an upstream or a key is left that this call hasn't tried.
    var hasOther: Bool {
        guard let wanted, let target else { return false }
        return services.upstreams.hasOther(than: tried + [target], model: wanted.model)
    }

    // MARK: What is to be done

    func perform(_ step: CallMachine.Step?) {
        guard let step else { return }
        if step.cancels {
            connection?.cancel()
            connection = nil
        }
        if let note = step.note { log(note) }
        if let trouble = step.trouble {
            loop.metrics.upstreamFailed(reason: trouble.reason)
            if trouble.isTheUpstreams { target?.failed(for: trouble.pause, now: loop.now) }
        }
        if let pause = step.slowsDown { services.limiter.slowDown(for: pause, now: loop.now) }
        if step.leavesPlace { services.limiter.leave(wasAnswered: false, now: loop.now) }
        switch step.action {
        case .takeTurn: takeTurn()
        case .forward: forward()
        case .forwardElsewhere:
            if let target { tried.append(target) }
            forward()
        case .pause(let pause): forward(after: pause)
        case .leaveQueue:
            if let waiter, services.limiter.abandon(waiter) { perform(machine.leftQueue()) }
        case .lookAgain: lookAgain()
        case .closeClient: client.close()
        case .end(let end): finish(end)
        }
    }

    private func log(_ note: CallMachine.Note) {
        switch note {
        case .refused(let fault, let status):
            services.logger.error(
                "the upstream refused",
                metadata: [
                    "upstream": "\(target?.configuration.name ?? "")", "reason": "\(fault.rawValue)", "status": "\(status)",
                ])
        case .brokeOff(let fault):
            services.logger.warning("an answer broke off", metadata: ["reason": "\(fault.rawValue)"])
        }
    }

    // MARK: Forwarding

    func takeTurn() {
        if services.limiter.enter(now: loop.now) {
            machine.entered()
            forward()
            return
        }
        machine.queued(now: loop.deadline)
        let call = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let waiter = ConcurrencyLimiter.Waiter { call.eventLoop.execute { call.value.turnHasCome() } }
        self.waiter = waiter
        services.limiter.wait(waiter, customerID: caller.account.customerID, weight: caller.plan.weight)
    }

    private func turnHasCome() {
        loop.tick()
        waiter = nil
        if machine.turnCame() {
            forward()
        } else {
            services.limiter.leave(wasAnswered: false, now: loop.now)
        }
    }

    private func forward() {
        guard let wanted,
            let target = services.upstreams.target(model: wanted.model, tried: tried, now: loop.now)
        else {
            perform(machine.foundNoUpstream())
            return
        }
        self.target = target
        machine.triesUpstream(now: loop.deadline)
        let endpoint = dialect == .openAI ? target.openAI : target.anthropic
        if let connection = loop.pool.take(endpoint) {
            send(on: connection, endpoint)
            return
        }
        loop.pool.connect(endpoint).assumeIsolated().whenComplete { [self] result in
            loop.tick()
            switch result {
            case .success(let connection): send(on: connection, endpoint)
            case .failure(let error):
                if machine.phase == .connecting {
                    services.logger.warning(
                        "the upstream can't be reached",
                        metadata: ["upstream": "\(target.configuration.name)", "error": "\(error)"])
                }
                perform(machine.connectFailed(now: loop.deadline, hasOther: hasOther))
            }
        }
    }

    private func forward(after pause: Duration) {
        loop.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) { [self] in
            loop.tick()
            if machine.phase == .connecting { forward() }
        }
    }

    private func send(on connection: UpstreamConnection, _ endpoint: UpstreamTarget.Endpoint) {
        guard let wanted, let ticket, let target, let reservation = machine.reservation,
            machine.connected(now: loop.deadline)
        else {
            loop.pool.put(connection)
            return
        }
        services.journal.markSent(ticket)
        self.connection = connection
        let model = target.models[wanted.model]
        let edits = wanted.edits(
            quotedModel: model?.quotedName ?? JSONText.quoted(wanted.model),
            completionCap: reservation.output, members: endpoint.members,
            thinking: dialect == .openAI ? model?.thinking.change(isAgents: caller.credential.isAgents) : nil)
        let parts = body.applying(edits)
        var head = ByteBuffer()
        head.reserveCapacity(endpoint.head.utf8.count + 512 + (parts.count == 1 ? parts[0].readableBytes : 0))
        head.writeString(endpoint.head)
        writeFields(to: &head, bodyLength: parts.reduce(0) { $0 + $1.readableBytes }, endpoint.members)
        overhead = loop.deadline - machine.startedAt
        if parts.count == 1, parts[0].readableBytes <= 16 << 10 {
            head.writeImmutableBuffer(parts[0])
            connection.send(head, body: [], for: self)
        } else {
            machine.isLeaving()
            connection.send(head, body: parts, for: self)
        }
    }

    /// The last byte of a large request has left.
    func wasSent() { machine.hasLeft(now: .now()) }

    // MARK: What happens to the client

    func clientHasGone() {
        loop.tick()
        if machine.phase == .over {
            loop.remove(client)
        } else {
            perform(machine.clientHasGone(isReadDry: isReadDry, now: loop.deadline))
        }
    }

    private func lookAgain() {
        loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { [self] in
            loop.tick()
            perform(machine.look(isReadDry: isReadDry, now: loop.deadline))
        }
    }

    private var isReadDry: Bool { connection?.isReadDry ?? true }

    func clientTakesMore(_ takesMore: Bool) {
        loop.tick()
        if machine.clientTakes(takesMore, now: loop.deadline) { connection?.resume() }
    }

    func checkTime(_ now: NIODeadline) {
        if machine.phase == .answering { prepareOutput() }
        perform(machine.checkTime(now, &output, last: &last, hasOther: hasOther))
    }

    // MARK: The end

    private func finish(_ end: CallMachine.End) {
        switch end.reply {
        case .stream, .whole: if firstByte == nil { firstByte = loop.deadline - machine.startedAt }
        case .brokenStream, .error, .refusal, .nothing: break
        }
        let usage = end.bill.flatMap { settle($0) }
        if end.wasAnswered { target?.succeeded() }
        connection?.release(self)
        connection = nil
        if let waiter { _ = services.limiter.abandon(waiter) }
        if end.leavesPlace { services.limiter.leave(wasAnswered: end.wasAnswered, now: loop.now) }
        reply(end.reply, usage)
        body = ByteBuffer()
        if client.isGone { loop.remove(client) }
    }

    private func settle(_ bill: Bill) -> UsageHeaders? {
        guard let ticket, let grant, let reservation = machine.reservation else { return nil }
        self.ticket = nil
        KillPoint.beforeSettlement.pass()
        let now = loop.time
        services.journal.settle(ticket, bill.usage, isEstimated: bill.isEstimated, now: now)
        KillPoint.afterSettlement.pass()
        let (remaining, percentUsed) = caller.account.settle(
            reserved: reservation.units, used: bill.usage.units, periodStart: reservation.periodStart,
            now: loop.now)
        services.bookkeeper.add(reservation, caller, bill, at: now, ticket)
        request.bill = bill
        services.tracing?.record(self, bill, reservation)
        loop.metrics.settled(
            bill, reserved: reservation.units, caller.credential, model: reservation.model,
            overhead: overhead, firstByte: firstByte, byCustomer: services.configuration.countsByCustomer)
        return UsageHeaders(remaining: remaining, percentUsed: percentUsed, resets: grant.period.upperBound)
    }
}
