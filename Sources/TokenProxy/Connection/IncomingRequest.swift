import Core
import Logging
import ModelAPI
import NIOCore

/// A request whose head has arrived. Lives on its connection's event loop.
final class IncomingRequest {
    let head: RequestHead
    private let bytes: ByteBuffer
    private let id: IdentifierBody
    var caller: Caller?
    var model: String?
    var bill: Bill?
    /// Why there is no answer, known before it was how to say it: the body tells in which form the client reads.
    var refusal: Refusal?
    private(set) var knownRoute: Route?
    private var hasEntered = false
    private var hasEnded = false

    /// - Parameter bytes: those of the head.
    init(_ head: RequestHead, bytes: ByteBuffer, id: IdentifierBody) {
        self.head = head
        self.bytes = bytes
        self.id = id
    }

    var idBits: UInt128 { id.bits }

    /// What the upstream is told, and what the call is metered as: nobody can make two calls look like one.
    var requestID: String { ModelCall.ID(body: id).rawValue }

    func writeRequestID(to buffer: inout ByteBuffer) {
        buffer.writeStaticString("req_")
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: IdentifierBody.length) { id.write(to: $0) }
    }

    /// The client's own id for the request, if it is one that can be printed.
    private lazy var ownID: Range<Int>? = {
        guard let range = head.requestID, (1...64).contains(range.count) else { return nil }
        let isPlain = withBytes(range) { id in
            id.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        }
        return isPlain ? range : nil
    }()

    /// The id that the client is told: its own, if it has one.
    var echoedID: String { ownID.map(text) ?? requestID }

    func writeEchoedID(to buffer: inout ByteBuffer) {
        if let ownID { write(ownID, to: &buffer) } else { writeRequestID(to: &buffer) }
    }

    func text(_ range: Range<Int>) -> String {
        withBytes(range) { String(decoding: $0, as: UTF8.self) }
    }

    func write(_ range: Range<Int>, to buffer: inout ByteBuffer) {
        withBytes(range) { _ = buffer.writeBytes($0) }
    }

    private func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeReadableBytes { body($0[part: range]) }
    }

    /// - Throws: ``Refusal`` with 404 or 405.
    func route() throws(Refusal) -> Route {
        let result = withBytes(head.target) { target -> Result<Route, Refusal> in
            Result { () throws(Refusal) in try Route(head.method, target: target) }
        }
        let route = try result.get()
        knownRoute = route
        return route
    }

    /// The model that a client asks about.
    var modelName: String? { knownRoute == .model ? withBytes(head.target, Route.modelName) : nil }

    /// The form in which errors are told.
    var dialect: ModelDialect {
        if case .call(let dialect) = knownRoute { return dialect }
        return withBytes(head.target, Route.dialect)
    }

    var contentType: String { head.contentType.map(text) ?? "" }

    var tokenHash: TokenHash? {
        head.credential.flatMap { $0.isEmpty ? nil : withBytes($0) { TokenHash($0) } }
    }

    func withCredential<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withBytes(head.credential ?? 0..<0, body)
    }

    /// Whether somebody reads the answer, so that errors which concern them come in words.
    var isReadByPeople: Bool { caller?.credential.isAgents == true && !head.wantsStatus }

    // MARK: The caller's pace

    /// - Throws: ``Refusal`` with 429; an agent that has been trying for too long gets it in words, as ``refusal``.
    func enter(now: Duration) throws(Refusal) {
        guard let caller else { return }
        let refusal: Refusal
        switch caller.account.enter(plan: caller.plan, isPaced: caller.credential.isPaced, now: now) {
        case .admitted:
            hasEntered = true
            return
        case .tooManyAtOnce: refusal = .tooManyAtOnce
        case .tooFast(let wait): refusal = .tooFast(retryAfter: Int((wait.milliseconds + 999) / 1000))
        }
        guard isReadByPeople, caller.account.isHeldUp(now: now) else { throw refusal }
        self.refusal = refusal
    }

    func leave() {
        guard hasEntered, let caller else { return }
        hasEntered = false
        caller.account.leave(isPaced: caller.credential.isPaced)
    }

    /// It is answered, or its client has gone: remembered is how, never what was said.
    func end(status: Int, _ loop: ProxyLoop) {
        if hasEnded { return }
        hasEnded = true
        leave()
        loop.metrics.request(route: knownRoute, plan: caller?.credential.tier, model: model, status: status)
        let logger = loop.services.logger
        guard logger.logLevel <= .debug else { return }
        var metadata: Logger.Metadata = [
            "request": "\(requestID)", "route": "\(knownRoute?.name ?? "unknown")", "status": "\(status)",
        ]
        if echoedID != requestID { metadata["client_request"] = "\(echoedID)" }
        if let caller { metadata["plan"] = "\(caller.credential.tier.rawValue)" }
        if let model { metadata["model"] = "\(model)" }
        if let bill {
            metadata["input"] = "\(bill.usage.input)"
            metadata["output"] = "\(bill.usage.output)"
            metadata["estimated"] = "\(bill.isEstimated)"
        }
        logger.debug("request answered", metadata: metadata)
    }
}
