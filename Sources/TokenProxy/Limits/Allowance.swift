import Core

/// What this proxy may still spend of one customer's billing period. A pure state machine: requests, answers and settlements
/// come in, decisions go out.
///
/// All figures are units, see `UnitWeights`, unless they are said to be tokens. Of the period's units that aren't used, some
/// are leased to this proxy, some of those are reserved for calls under way; the rest is elsewhere: free, or leased to others.
struct Allowance: Hashable {
    private(set) var period: Range<Timestamp>
    private(set) var limit: Int
    private(set) var elsewhere: Int
    private var heldByOthers: Int
    private(set) var leased: Int
    private(set) var reserved = 0
    private(set) var openCalls = 0
    /// What calls have used and the storage hasn't booked yet: there, they are leased still.
    private(set) var unbooked = 0
    /// Before that, asking for more is no use.
    private var asksAgainAt = Duration.zero

    /// What a call wants.
    struct Request: Hashable {
        /// An upper bound of the prompt's tokens.
        let input: Int
        /// The cap on the answer's tokens.
        let output: Int

        /// With the smallest answer that is worth a call, or the client's own cap.
        var least: Int { units(min(output, Self.shortestAnswer)) }
        /// With that much, a shorter answer is better than to wait.
        var decent: Int { units(min(output, Self.decentAnswer)) }
        var total: Int { units(output) }

        /// - Parameter output: tokens of the answer.
        /// - Returns: what is reserved for the call: the most that it can weigh.
        func units(_ output: Int) -> Int { UnitWeights.most(input: input, output: output) }

        /// - Returns: the largest cap on the answer's tokens for which so many units are enough.
        func output(for units: Int) -> Int { min(output, max(0, units - input) / UnitWeights.output) }

        private static let shortestAnswer = 256
        private static let decentAnswer = 1024
    }

    enum Decision: Hashable {
        /// The cap on the answer's tokens: near the limit it shrinks to what is left. `needsMore` if a call like this one would
        /// have to wait next.
        case granted(output: Int, needsMore: Bool)
        /// More must be leased: for the call so many units.
        case needsMore(Int)
        /// Calls under way, here or elsewhere, have the rest reserved.
        case busy
        /// What is left isn't enough for this call, whatever comes back.
        case exhausted
    }

    static let retryInterval = Duration.milliseconds(100)

    /// - Parameter answer: must also be ``receive(_:need:adoptsRest:now:)``d.
    init(_ answer: LeaseAnswer) {
        period = answer.quota.periodStart..<answer.quota.periodEnd
        limit = answer.quota.limit
        elsewhere = answer.elsewhere
        heldByOthers = answer.heldByOthers
        leased = 0
    }

    /// What a call can be given at once.
    var free: Int { leased - reserved }
    /// What of the period isn't used, as far as is known here.
    var remaining: Int { max(0, elsewhere + leased) }
    /// From 0 to 100, and beyond.
    var percentUsed: Int { limit > 0 ? (limit - remaining) * 100 / limit : 100 }
    /// Whether the database can't give what calls here want.
    var isScarce: Bool { asksAgainAt > .zero }

    /// - Parameters:
    ///   - mayAsk: whether more can be leased now; not while an answer is under way.
    ///   - now: since any fixed moment.
    mutating func reserve(_ request: Request, mayAsk: Bool, now: Duration) -> Decision {
        if free >= request.total {
            return grant(request.output, needsMore: mayAsk && now >= asksAgainAt && free < 2 * request.total)
        }
        if mayAsk, now >= asksAgainAt { return .needsMore(request.total - free) }
        if isScarce {
            if free >= request.decent { return grant(request.output(for: free), needsMore: false) }
            if isExhausted(for: request) { return .exhausted }
            if openCalls == 0, heldByOthers == 0, free >= request.least {
                return grant(request.output(for: free), needsMore: false)
            }
        }
        return .busy
    }

    /// For a call that has waited long enough.
    mutating func reserveWhatIsLeft(_ request: Request) -> Decision {
        if free >= request.least { return grant(request.output(for: free), needsMore: false) }
        return isExhausted(for: request) ? .exhausted : .busy
    }

    private func isExhausted(for request: Request) -> Bool { isScarce && leased + elsewhere < request.least }

    private func grant(_ output: Int, needsMore: Bool) -> Decision {
        .granted(output: output, needsMore: needsMore)
    }

    /// After a decision to grant.
    mutating func granted(_ units: Int) {
        reserved += units
        openCalls += 1
    }

    /// - Parameters:
    ///   - reserved: what was reserved for the call.
    ///   - used: more than that only if the upstream reported more than it was allowed.
    mutating func settle(reserved: Int, used: Int) {
        self.reserved -= reserved
        openCalls -= 1
        leased -= used
        unbooked += used
    }

    /// The storage has booked what calls have used.
    mutating func book(_ used: Int) { unbooked -= used }

    /// - Parameters:
    ///   - need: what was asked for.
    ///   - adoptsRest: take over what the storage says is leased to this proxy beyond what is known here. Nothing may have been
    ///     booked since the storage was asked.
    mutating func receive(_ answer: LeaseAnswer, need: Int, adoptsRest: Bool = false, now: Duration) {
        leased += answer.granted
        if adoptsRest { leased += max(0, answer.held - leased - unbooked) }
        period = answer.quota.periodStart..<answer.quota.periodEnd
        limit = answer.quota.limit
        elsewhere = answer.elsewhere
        heldByOthers = answer.heldByOthers
        if need > 0 { asksAgainAt = answer.granted < need ? now + Self.retryInterval : .zero }
    }

    /// Whether a call with this request had rather wait than begin with what is free: if others hold some, these may come together.
    func isTooLittle(for request: Request) -> Bool { free < (heldByOthers > 0 ? request.decent : request.least) }

    /// - Parameter pause: for so long others may have what was given back, if there are any; zero if no call waits here.
    /// - Returns: how many units are to be given back; they can't be used here any more.
    mutating func giveBack(pause: Duration, now: Duration) -> Int {
        let units = max(0, free)
        if units > 0, isScarce, heldByOthers > 0, pause > .zero { asksAgainAt = now + pause }
        leased -= units
        elsewhere += units
        return units
    }
}
