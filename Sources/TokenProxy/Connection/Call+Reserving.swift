import Core
import ModelAPI
import NIOCore

/// Reserves units for a call, as many as there are.
extension Call {
    func start() {
        do throws(Refusal) {
            let wanted = try inspect()
            guard services.upstreams.has(model: wanted.model) else {
                throw .unknownModel(wanted.model, known: services.upstreams.models)
            }
            self.wanted = wanted
            machine.streams = wanted.streams
            request.model = wanted.model
            if let refusal = request.refusal { throw refusal }
            try countToTurn(wanted)
            KillPoint.beforeReservation.pass()
            try reserve(
                Allowance.Request(
                    input: min(wanted.promptBound, services.configuration.contextWindow),
                    output: min(wanted.completionCap ?? .max, services.configuration.completionCap)))
        } catch {
            refuseOrEstimate(error)
        }
    }

    private func inspect() throws(Refusal) -> ModelRequest {
        let result = body.withUnsafeReadableBytes { bytes -> Result<ModelRequest, ModelRequestFault> in
            Result { () throws(ModelRequestFault) in try ModelRequest(dialect, body: bytes) }
        }
        switch result {
        case .success(let request): return request
        case .failure(let fault): throw .invalid(fault)
        }
    }

    private func reserve(_ unitRequest: Allowance.Request) throws(Refusal) {
        self.unitRequest = unitRequest
        if let grant = try services.accounts.reserve(
            unitRequest, caller.account, upgradeURL: services.configuration.upgradeURL, time: loop.time, now: loop.now)
        {
            try reserved(grant)
        } else {
            reserveLater(unitRequest)
        }
    }

    private func reserveLater(_ unitRequest: Allowance.Request) {
        let call = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let (services, account) = (services, caller.account)
        Task {
            let result: Result<Account.Grant, Refusal>
            do throws(Refusal) {
                result = .success(
                    try await services.accounts.reserveWaiting(
                        unitRequest, account, upgradeURL: services.configuration.upgradeURL))
            } catch {
                result = .failure(error)
            }
            call.eventLoop.execute { call.value.resume(with: result, unitRequest) }
        }
    }

    private func resume(with result: Result<Account.Grant, Refusal>, _ unitRequest: Allowance.Request) {
        loop.tick()
        guard machine.phase == .reserving else {
            // The client has gone meanwhile.
            if case .success(let grant) = result { giveBack(grant, unitRequest) }
            return
        }
        do throws(Refusal) {
            try reserved(try result.get())
        } catch {
            refuseOrEstimate(error)
        }
    }

    private func giveBack(_ grant: Account.Grant, _ unitRequest: Allowance.Request) {
        _ = caller.account.settle(
            reserved: unitRequest.units(grant.output), used: 0, periodStart: grant.period.lowerBound, now: loop.now)
    }

    /// Bytes are a safe bound of a prompt's tokens and a wide one: near the end of the month the upstream is asked for its own
    /// count before a call is refused that may well fit.
    private func refuseOrEstimate(_ refusal: Refusal) {
        // Nothing in a prompt takes more than eight bytes a token on the average.
        guard let remaining = refusal.remaining, let unitRequest, remaining > unitRequest.input / 8,
            estimates(orRefuse: refusal)
        else {
            perform(machine.refuse(refusal))
            return
        }
    }

    /// - Parameter refusal: what there is to say if the upstream's count is no help; `nil` if the bound of the bytes will do.
    /// - Returns: whether the upstream is asked, so that the call goes on later.
    private func estimates(orRefuse refusal: Refusal?) -> Bool {
        guard !isEstimated, let wanted,
            let question = TokenEstimate(wanted, body: body, upstreams: services.upstreams, now: loop.now)
        else { return false }
        isEstimated = true
        let call = NIOLoopBound(self, eventLoop: loop.eventLoop)
        Task {
            let tokens = await question.ask()
            call.eventLoop.execute { call.value.resume(estimate: tokens, orRefuse: refusal) }
        }
        return true
    }

    private func resume(estimate: Int?, orRefuse refusal: Refusal?) {
        loop.tick()
        guard machine.phase == .reserving, let unitRequest else { return }
        do throws(Refusal) {
            let isHelp = estimate.map { $0 < unitRequest.input } ?? false
            if let refusal, !isHelp { throw refusal }
            try reserve(Allowance.Request(input: min(estimate ?? .max, unitRequest.input), output: unitRequest.output))
        } catch {
            perform(machine.refuse(error))
        }
    }

    /// With a lower cap than this, and a longer prompt, it is worth the time to ask.
    private static let shortAnswer = 4096
    private static let longPrompt = 1024

    private func reserved(_ grant: Account.Grant) throws(Refusal) {
        guard let wanted, let unitRequest else { return }
        if grant.output < min(unitRequest.output, Self.shortAnswer), unitRequest.input > Self.longPrompt,
            estimates(orRefuse: nil)
        {
            // A prompt that is found to have fewer tokens leaves more of them for the answer.
            giveBack(grant, unitRequest)
            return
        }
        let reservation = CallReservation(
            requestBits: request.idBits, customerBits: caller.account.customerBits, boxBits: caller.boxBits,
            model: wanted.model, periodStart: grant.period.lowerBound, input: unitRequest.input, output: grant.output,
            createdAt: loop.time, cause: cause(of: wanted), turn: turn)
        do {
            ticket = try services.journal.reserve(reservation)
        } catch {
            giveBack(grant, unitRequest)
            throw error
        }
        machine.reserved(reservation)
        self.grant = grant
        KillPoint.afterReservation.pass()
        takeTurn()
    }
}
