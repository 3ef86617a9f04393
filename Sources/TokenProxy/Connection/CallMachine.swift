import ModelAPI
import NIOCore

/// One model call as a pure state machine: what has happened comes in, what is to be done goes out.
///
/// Units are reserved, the call waits for its turn, is sent and answered. Each reservation is settled exactly once, before the
/// last byte of the answer goes out: only ``End`` does it, and there is one.
struct CallMachine {
    enum Phase: Hashable {
        /// Units are being reserved.
        case reserving
        /// Other calls are with the upstream.
        case queued
        /// A connection is being made, or the next attempt waits.
        case connecting
        /// Sent; nothing has come back.
        case sent
        case answering
        /// Settled, or never begun.
        case over
    }

    /// What is to be done, in the order of its members.
    struct Step {
        /// Close the connection to the upstream, which tells it that nobody waits any more.
        var cancels = false
        var note: Note?
        var trouble: Trouble?
        /// For so long, send the upstream nothing more.
        var slowsDown: Duration?
        /// Give the place among the calls with the upstream to others.
        var leavesPlace = false
        var action: Action
    }

    enum Action {
        /// Wait for a place among the calls with the upstream.
        case takeTurn
        /// Connect to an upstream.
        case forward
        /// Connect to an upstream that this call hasn't tried.
        case forwardElsewhere
        /// Connect again after a while.
        case pause(Duration)
        /// Give the turn up, unless it has come: then nothing is to be done.
        case leaveQueue
        /// Look in a millisecond whether the upstream's connection has been read.
        case lookAgain
        case closeClient
        case end(End)
    }

    /// The end of a call, in the order of its members.
    struct End {
        /// What the call costs; `nil` if no reservation is open.
        let bill: Bill?
        /// Whether it shows that the upstream works.
        let wasAnswered: Bool
        let leavesPlace: Bool
        let reply: Reply
    }

    /// What the client gets at the end.
    enum Reply {
        /// The rest of a stream.
        case stream
        /// An error in the form of the stream that it ends.
        case brokenStream
        /// An answer in one piece.
        case whole(ByteBuffer)
        /// The upstream's own words about the client's fault.
        case error(status: Int, ByteBuffer)
        case refusal(Refusal)
        /// The client has gone.
        case nothing
    }

    /// What the host's log is told.
    enum Note: Hashable {
        case refused(UpstreamFault, status: Int)
        case brokeOff(UpstreamFault)
    }

    /// What a failure says of the upstream.
    struct Trouble: Hashable {
        /// In the figures.
        let reason: String
        /// Whether other calls are to avoid the upstream.
        var isTheUpstreams = false
        /// For how long; `nil` for as long as its failures in a row suggest.
        var pause: Duration?
    }

    static let mostAttempts = 3

    let dialect: ModelDialect
    let timeouts: TokenProxyConfiguration.Timeouts
    /// Whether somebody waits for words: see ``IncomingRequest/isReadByPeople``.
    let isReadByPeople: Bool
    let startedAt: NIODeadline
    /// For the whole answer.
    let deadline: NIODeadline
    var phase = Phase.reserving
    /// Whether the client asked for a stream.
    var streams = false
    private(set) var reservation: CallReservation?
    /// Whether the reservation is to be settled.
    private(set) var isOpen = false
    private(set) var holdsPlace = false
    var attempts = 0
    /// Whether an idle connection turned out to be closed.
    var hasMetStale = false
    var answer: UpstreamAnswer?
    /// Whether the client has the head of a stream.
    private(set) var hasBegunAnswer = false
    /// When the upstream was last sent the call.
    private(set) var sentAt: NIODeadline
    var lastProgress: NIODeadline
    private(set) var backlog: Backlog
    /// Times that a connection is looked at whose client has gone.
    var looks = 10

    init(
        dialect: ModelDialect, timeouts: TokenProxyConfiguration.Timeouts, isReadByPeople: Bool, isWritable: Bool,
        now: NIODeadline
    ) {
        self.dialect = dialect
        self.timeouts = timeouts
        self.isReadByPeople = isReadByPeople
        startedAt = now
        sentAt = now
        lastProgress = now
        backlog = Backlog(isWritable: isWritable, now: now)
        deadline = now + TimeAmount(timeouts.answer)
    }

    var takesMore: Bool { backlog.stalledSince == nil }

    // MARK: Its turn

    /// Units are reserved, and the journal has them.
    mutating func reserved(_ reservation: CallReservation) {
        self.reservation = reservation
        isOpen = true
    }

    /// It got a place among the calls with the upstream.
    mutating func entered() {
        holdsPlace = true
        phase = .connecting
    }

    /// It has to wait for a place.
    mutating func queued(now: NIODeadline) {
        phase = .queued
        lastProgress = now
    }

    /// - Returns: whether it goes on; a call that was abandoned in the meantime was still given a place, which it must leave.
    mutating func turnCame() -> Bool {
        guard phase == .queued else { return false }
        entered()
        return true
    }

    /// It was still waiting when it gave its turn up.
    mutating func leftQueue() -> Step? { end(.refusal(.upstreamBusy(retryAfter: 5)), .nothing) }

    // MARK: Forwarding

    mutating func triesUpstream(now: NIODeadline) {
        attempts += 1
        lastProgress = now
    }

    /// No upstream has the model any more.
    mutating func foundNoUpstream() -> Step? {
        let trouble = Trouble(reason: "no_upstream")
        return end(.refusal(.upstreamUnavailable), .nothing, trouble: trouble)
    }

    /// - Returns: whether to send on a connection that is there now.
    mutating func connected(now: NIODeadline) -> Bool {
        guard phase == .connecting, isOpen else { return false }
        phase = .sent
        sentAt = now
        return true
    }

    /// A large request takes its time to leave.
    mutating func isLeaving() { sentAt = .distantFuture }

    /// The last byte of a large request has left.
    mutating func hasLeft(now: NIODeadline) { sentAt = now }

    // MARK: The answer

    /// The head of an answer has come.
    mutating func answers(_ answer: UpstreamAnswer, now: NIODeadline) {
        phase = .answering
        lastProgress = now
        self.answer = answer
    }

    /// - Parameters:
    ///   - output: gets what may go on at once.
    ///   - last: gets what may go on when the call is settled.
    ///   - now: read only where it matters.
    ///   - hasOther: whether there is an upstream that the call hasn't tried.
    mutating func receive(
        _ bytes: ByteBuffer, _ output: inout ByteBuffer, last: inout ByteBuffer, now: @autoclosure () -> NIODeadline,
        hasOther: @autoclosure () -> Bool
    ) -> Step? {
        guard phase == .answering, let step = answer?.receive(bytes, &output, last: &last) else { return nil }
        if case .goesOn = step { return nil }
        return perform(step, &output, last: &last, now: now(), hasOther: hasOther())
    }

    /// The upstream has sent everything.
    mutating func upstreamEnded(
        _ output: inout ByteBuffer, last: inout ByteBuffer, now: @autoclosure () -> NIODeadline,
        hasOther: @autoclosure () -> Bool
    ) -> Step? {
        guard phase == .answering, let step = answer?.end(&output, last: &last) else { return nil }
        return perform(step, &output, last: &last, now: now(), hasOther: hasOther())
    }

    private mutating func perform(
        _ step: UpstreamAnswer.Step, _ output: inout ByteBuffer, last: inout ByteBuffer, now: @autoclosure () -> NIODeadline,
        hasOther: @autoclosure () -> Bool
    ) -> Step? {
        switch step {
        case .goesOn: nil
        case .ended(let bill): end(.stream, bill)
        case .whole(let body, let bill): end(.whole(body), bill)
        case .refused(let verdict, let body): refused(verdict, body, now: now(), hasOther: hasOther())
        case .broken(let fault): brokeOff(fault, &output, last: &last, now: now(), hasOther: hasOther())
        }
    }

    /// - Returns: whether the client is to get the head of a stream now.
    mutating func beginsAnswer() -> Bool {
        defer { hasBegunAnswer = true }
        return !hasBegunAnswer
    }

    var isStreaming: Bool { phase == .answering && answer?.isStream == true }

    /// All that came in one read of a stream has been told.
    mutating func wasRead(now: NIODeadline) { lastProgress = now }

    /// The last read of the upstream's connection left nothing there.
    mutating func upstreamIsReadDry() { backlog.upstreamIsReadDry() }

    /// - Returns: whether to go on reading from the upstream.
    mutating func clientTakes(_ takesMore: Bool, now: NIODeadline) -> Bool {
        backlog.clientTakes(takesMore, now: now)
        guard takesMore, phase == .answering else { return false }
        // The silence of an upstream that nobody listened to is over.
        lastProgress = now
        return true
    }

    // MARK: The end

    /// Ends the call with an error of ours.
    mutating func refuse(_ refusal: Refusal) -> Step? { end(.refusal(refusal), .nothing) }

    /// The one way to the end.
    /// - Returns: `nil` if the call is over already.
    mutating func end(
        _ reply: Reply, _ bill: Bill, cancels: Bool = false, note: Note? = nil, trouble: Trouble? = nil
    ) -> Step? {
        if phase == .over { return nil }
        let end = End(
            bill: isOpen ? bill : nil, wasAnswered: answer?.hasOutput ?? false, leavesPlace: holdsPlace, reply: reply)
        phase = .over
        isOpen = false
        holdsPlace = false
        return Step(cancels: cancels, note: note, trouble: trouble, action: .end(end))
    }

    /// Gives its place to others, to wait for another one.
    mutating func takesAnotherTurn() {
        answer = nil
        phase = .queued
        holdsPlace = false
    }
}
