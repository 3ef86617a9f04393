import Core

/// Units reserved for one call before it is forwarded, so that a limit is a limit under any concurrency.
struct CallReservation: Sendable, Hashable {
    let requestBits: UInt128
    let customerBits: UInt128
    let boxBits: UInt128
    /// The product's name of the model.
    let model: String
    let periodStart: Timestamp
    /// An upper bound of the prompt's tokens.
    let input: Int
    /// The cap on the answer's tokens.
    let output: Int
    let createdAt: Timestamp
    let cause: UsageCause?
    /// Of an agent's call: which turn it belongs to. Isn't kept in the journal.
    var turn: Int64?

    /// What is reserved: the most that the call can weigh.
    var units: Int { UnitWeights.most(input: input, output: output) }

    /// What is booked for the call.
    /// - Parameter caller: whose call it is, where those ids are at hand: to write them out anew costs more than all the rest.
    func event(
        _ usage: TokenUsage, isEstimated: Bool, isInterrupted: Bool = false, of caller: ProxyCredential? = nil,
        at time: Timestamp
    ) -> UsageEvent {
        UsageEvent(
            requestID: ModelCall.ID(bits: requestBits).rawValue,
            customerID: caller?.customerID ?? Identifier(bits: customerBits),
            boxID: caller?.boxID ?? Identifier(bits: boxBits), periodStart: periodStart, model: model, usage: usage,
            estimated: isEstimated, interrupted: isInterrupted, cause: cause, turn: turn, createdAt: time)
    }
}
