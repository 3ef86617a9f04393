import Core
import Logging
import ModelAPI
import NIOCore
import NIOHTTP1

/// Takes a model call in: who calls, may they, what do they want; and sets the tokens aside before anything is forwarded.
struct CallHandler: Sendable {
    let configuration: TokenProxyConfiguration
    let storage: any ProxyStorage
    let credentials: Credentials
    let admission: Admission
    let settlements: Settlements
    let forwarder: CallForwarder
    let metrics: ProxyMetrics
    let clock: WallClock
    /// Names this process in its reservations.
    let holder: String

    /// - Throws: ``Refusal`` as long as nothing has been answered; anything else when the answer can't be finished.
    func answer(
        _ request: IncomingRequest, _ dialect: ModelDialect, requestID: String, echoedID: String,
        _ report: inout RequestReport
    ) async throws {
        let started = ContinuousClock.now
        let credential = try await credentials.credential(for: request.head.headers)
        let plan = configuration.plans[credential.tier]
        report.plan = credential.tier
        let slot = try admission.enter(credential.customerID, plan: plan)
        metrics.callOpened()
        defer {
            slot.leave()
            metrics.callClosed()
        }
        let body = try await request.body(upTo: configuration.bodyLimit)
        let wanted = try inspect(body, dialect)
        guard let upstreamModel = configuration.models[wanted.model] else {
            throw Refusal.unknownModel(wanted.model, known: configuration.models.keys)
        }
        report.model = wanted.model
        let (reservation, quota) = try await reserve(wanted, for: credential, requestID: requestID)
        let edits = wanted.edits(model: upstreamModel, completionCap: reservation.output)
        let call = ForwardedCall(
            dialect: dialect, streams: wanted.streams, asksForUsage: wanted.asksForUsage, reservation: reservation,
            tier: credential.tier, quota: quota, echoedID: echoedID, started: started, slot: slot)
        try await forwarder.forward(
            call, body: body.applying(edits), headers: request.head.headers, to: request.writer, &report)
    }

    private func inspect(_ body: ByteBuffer, _ dialect: ModelDialect) throws(Refusal) -> ModelRequest {
        do {
            return try body.withUnsafeReadableBytes { bytes throws(ModelRequestFault) in
                try ModelRequest(dialect, body: bytes)
            }
        } catch {
            throw .invalid(error)
        }
    }

    private func reserve(
        _ wanted: ModelRequest, for credential: ProxyCredential, requestID: String
    ) async throws -> (Reservation, Quota) {
        var wish = Reservation(
            requestID: requestID, customerID: credential.customerID, boxID: credential.boxID, model: wanted.model,
            input: wanted.size, output: min(wanted.completionCap ?? .max, configuration.completionCap), holder: holder,
            createdAt: clock.now)
        // A task of its own: cancelled half-way, nobody would know whether the reservation stands.
        let reserving = Task { [storage, wish, minimum = configuration.minimumCompletion] in
            try await storage.reserve(wish, minimumOutput: minimum)
        }
        let outcome: ReservationOutcome
        do {
            outcome = try await reserving.value
        } catch {
            // The storage may have kept it and only failed to say so.
            await settlements.settle(wish, .nothing)
            throw Refusal.storageUnavailable
        }
        switch outcome {
        case .granted(let output, let quota):
            wish.output = output
            if Task.isCancelled {
                await settlements.settle(wish, .nothing)
                throw CancellationError()
            }
            return (wish, quota)
        case .busy: throw Refusal.allowanceInUse
        case .exhausted(let quota):
            throw Refusal.monthIsUsedUp(resets: quota.periodEnd, upgradeURL: configuration.upgradeURL)
        case .noPeriod: throw Refusal.noPeriod
        }
    }
}

extension Settlements {
    func settle(_ reservation: Reservation, _ bill: Bill) async {
        await settle(
            Settlement(
                requestID: reservation.requestID, customerID: reservation.customerID, usage: bill.usage,
                isEstimated: bill.isEstimated))
    }
}

extension ByteBuffer {
    /// A copy with other bytes in some places.
    /// - Parameter edits: in order of place, not overlapping.
    func applying(_ edits: [BodyEdit]) -> ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(readableBytes + edits.reduce(0) { $0 + $1.replacement.utf8.count })
        var position = 0
        func copy(to end: Int) {
            guard let part = getSlice(at: readerIndex + position, length: end - position) else { return }
            result.writeImmutableBuffer(part)
            position = end
        }
        for edit in edits {
            copy(to: edit.range.lowerBound)
            result.writeString(edit.replacement)
            position = edit.range.upperBound
        }
        copy(to: readableBytes)
        return result
    }
}
