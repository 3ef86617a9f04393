import Core
import ModelAPI
import NIOCore
import TestSupport

@testable import TokenProxy

/// What surrounds a ``CallMachine``: a journal, a limiter, an upstream and a client that do what it says, and note what it must not
/// have said.
struct CallWorld {
    enum Event: Hashable, CaseIterable {
        case granted, notGranted
        case turn, connected, notConnected, pauseOver, look
        case head, errorHead, busyHead, badRequestHead
        case word, end, connectionEnds, connectionFails, connectionIsStale
        case clientGoes, clientStalls, clientReads
        case twoSeconds, fortySeconds
    }

    /// How the world is from the beginning on.
    struct Setting: Hashable {
        var streams = true
        var isReadByPeople = true
        var hasOther = false
        var isGateFull = false
    }

    fileprivate struct Waits: Hashable {
        var forGrant = true
        var forTurn = false
        var forConnection = false
        var forPause = false
        var forLook = false
        var forUpstream = false
    }

    /// Two worlds that are alike go on alike.
    struct Key: Hashable {
        fileprivate let waits: Waits
        let phase: CallMachine.Phase
        let flags: [Bool]
        let counts: [Int]
    }

    private(set) var machine: CallMachine
    private(set) var mistakes: [String] = []
    private(set) var bill: Bill?
    private(set) var sends = 0
    private(set) var isReplied = false
    private(set) var reply: CallMachine.Reply?
    private let setting: Setting
    private var waits = Waits()
    private var isInJournal = false
    private var places = 0
    private var isClientGone = false
    private var isClientStalled = false
    private var hasEnded = false
    private var waitsOfTime = 0
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private var now: NIODeadline
    private var output = ByteBuffer()
    private var last = ByteBuffer()

    init(_ setting: Setting) {
        self.setting = setting
        now = start
        machine = CallMachine(
            dialect: .openAI, timeouts: .init(), isReadByPeople: setting.isReadByPeople, isWritable: true, now: now)
        machine.streams = setting.streams
        machine.looks = 2
    }

    var key: Key {
        let answer = machine.answer
        return Key(
            waits: waits, phase: machine.phase,
            flags: [
                isInJournal, machine.isOpen, machine.holdsPlace, machine.hasMetStale, machine.hasBegunAnswer, isClientGone,
                isClientStalled, hasEnded, isReplied, answer != nil, answer?.hasOutput ?? false, answer?.isStream ?? false,
                answer?.hasFinished ?? false, machine.backlog.stalledSince == nil,
                machine.backlog.isCaughtUp(now: now, lastProgress: machine.lastProgress),
                // What the machine compares with.
                now - start >= .seconds(25), now - start >= .seconds(40), now - machine.sentAt >= .seconds(1),
                now - machine.sentAt >= .seconds(20), now - machine.lastProgress > .seconds(30),
            ], counts: [places, min(machine.attempts, 4), waitsOfTime, answer?.status ?? 0, machine.looks])
    }

    // MARK: What can happen

    func mayHappen(_ event: Event) -> Bool {
        let isAnswering = waits.forUpstream && machine.phase == .answering
        switch event {
        case .granted, .notGranted: return waits.forGrant
        case .turn: return waits.forTurn
        case .connected, .notConnected: return waits.forConnection
        case .pauseOver: return waits.forPause
        case .look: return waits.forLook
        case .head, .errorHead, .busyHead, .badRequestHead: return waits.forUpstream && machine.phase == .sent
        case .word, .end: return isAnswering && !hasEnded
        case .connectionEnds: return isAnswering
        case .connectionFails: return waits.forUpstream
        case .connectionIsStale: return waits.forUpstream && machine.phase == .sent
        case .clientGoes: return !isClientGone && !isReplied
        case .clientStalls: return !isClientGone && !isClientStalled && !isReplied
        case .clientReads: return !isClientGone && isClientStalled && !isReplied
        case .twoSeconds, .fortySeconds: return waitsOfTime < 2 && !isReplied
        }
    }

    mutating func happen(_ event: Event) {
        switch event {
        case .granted: grant()
        case .notGranted:
            waits.forGrant = false
            if machine.phase == .reserving { perform(machine.refuse(.allowanceInUse)) }
        case .turn: turn()
        case .connected: connect()
        case .notConnected:
            waits.forConnection = false
            perform(machine.connectFailed(now: now, hasOther: setting.hasOther))
        case .pauseOver:
            waits.forPause = false
            if machine.phase == .connecting { forward() }
        case .look:
            waits.forLook = false
            perform(machine.look(isReadDry: false, now: now))
        case .head, .errorHead, .busyHead, .badRequestHead, .word, .end, .connectionEnds, .connectionFails,
            .connectionIsStale:
            upstream(event)
        case .clientGoes:
            isClientGone = true
            if machine.phase != .over { perform(machine.clientHasGone(isReadDry: false, now: now)) }
        case .clientStalls, .clientReads:
            isClientStalled = event == .clientStalls
            _ = machine.clientTakes(!isClientStalled, now: now)
        case .twoSeconds, .fortySeconds:
            waitsOfTime += 1
            now = now + .seconds(event == .twoSeconds ? 2 : 40)
            perform(machine.checkTime(now, &output, last: &last, hasOther: setting.hasOther))
        }
        look(after: event)
    }

    private mutating func grant() {
        waits.forGrant = false
        guard machine.phase == .reserving else { return }
        machine.reserved(.sample())
        isInJournal = true
        takeTurn()
    }

    private mutating func turn() {
        waits.forTurn = false
        places += 1
        if machine.turnCame() { forward() } else { places -= 1 }
    }

    private mutating func connect() {
        waits.forConnection = false
        guard machine.connected(now: now) else { return }
        if !isInJournal || places != 1 { mistakes.append("sent without a reservation or a place") }
        sends += 1
        waits.forUpstream = true
        hasEnded = false
    }

    private mutating func upstream(_ event: Event) {
        switch event {
        case .head: answer(200, setting.streams ? "text/event-stream" : "application/json")
        case .errorHead: answer(500, "application/json")
        case .busyHead: answer(429, "application/json")
        case .badRequestHead: answer(400, "application/json")
        case .word:
            receive(setting.streams ? #"data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\#n\#n"# : #"{"a":1"#)
        case .end:
            hasEnded = true
            receive(setting.streams ? "data: [DONE]\n\n" : "}")
        case .connectionEnds:
            waits.forUpstream = false
            perform(machine.upstreamEnded(&output, last: &last, now: now, hasOther: setting.hasOther))
        case .connectionFails, .connectionIsStale:
            waits.forUpstream = false
            perform(
                machine.upstreamFailed(
                    isStale: event == .connectionIsStale, &output, last: &last, now: now, hasOther: setting.hasOther))
        default: break
        }
    }

    private mutating func answer(_ status: Int, _ type: String) {
        let head = Array("HTTP/1.1 \(status) OK\r\ncontent-type: \(type)\r\n\r\n".utf8).withUnsafeBytes {
            try? ResponseHead($0)
        }
        guard let head, let reservation = machine.reservation else { return mistakes.append("no head") }
        machine.answers(
            UpstreamAnswer(
                head, dialect: .openAI, removesUsageChunk: false, reservation: reservation, answerLimit: 1 << 20,
                filler: nil), now: now)
        if status != 200 { receive(#"{"error":{"message":"no","type":"x"}}"#) }
    }

    private mutating func receive(_ text: String) {
        perform(
            machine.receive(ByteBuffer(string: text), &output, last: &last, now: now, hasOther: setting.hasOther))
        if machine.isStreaming, machine.answer?.hasOutput == true { _ = machine.beginsAnswer() }
    }

    /// The limiter had given it a place before it learned that nobody wants it.
    mutating func machineAfterTurn() -> Bool { machine.turnCame() }

    // MARK: What is done

    private mutating func takeTurn() {
        if setting.isGateFull {
            machine.queued(now: now)
            waits.forTurn = true
        } else {
            places += 1
            machine.entered()
            forward()
        }
    }

    private mutating func forward() {
        machine.triesUpstream(now: now)
        waits.forConnection = true
    }

    private mutating func perform(_ step: CallMachine.Step?) {
        guard let step else { return }
        if isReplied, case .closeClient = step.action { return }
        if isReplied { mistakes.append("\(step.action) after the end") }
        if step.cancels { waits.forUpstream = false }
        if step.leavesPlace { places -= 1 }
        switch step.action {
        case .takeTurn: takeTurn()
        case .forward, .forwardElsewhere: forward()
        case .pause: waits.forPause = true
        case .leaveQueue:
            guard waits.forTurn else { return mistakes.append("left a queue without waiting") }
            waits.forTurn = false
            perform(machine.leftQueue())
        case .lookAgain: waits.forLook = true
        case .closeClient: break
        case .end(let end): finish(end)
        }
    }

    private mutating func finish(_ end: CallMachine.End) {
        if isInJournal != (end.bill != nil) { mistakes.append("settled \(end.bill != nil), reserved \(isInJournal)") }
        if let bill = end.bill {
            self.bill = bill
            isInJournal = false
            if sends == 0, bill != .nothing { mistakes.append("billed without having been sent") }
            if machine.answer?.isStream == true, end.wasAnswered, bill.usage.output == 0 {
                mistakes.append("an answer for nothing")
            }
        }
        waits.forUpstream = false
        if waits.forTurn { waits.forTurn = false }
        if end.leavesPlace { places -= 1 }
        isReplied = true
        reply = end.reply
        if case .nothing = end.reply { if !isClientGone { mistakes.append("no reply to a client that waits") } }
    }

    /// What must be so at any time.
    private mutating func look(after event: Event) {
        if machine.isOpen != isInJournal { mistakes.append("the journal has another opinion after \(event)") }
        if places != (machine.holdsPlace ? 1 : 0) { mistakes.append("\(places) places are held after \(event)") }
        if isReplied != (machine.phase == .over) { mistakes.append("over without a reply after \(event)") }
        if isReplied, isInJournal { mistakes.append("replied before it was settled, after \(event)") }
    }
}
