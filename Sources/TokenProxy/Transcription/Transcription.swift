import AsyncHTTPClient
import Core
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Has one voice note written down: reserves the most that it can weigh, asks the upstream, and settles before the answer
/// goes out. Not on the hot path: a voice note takes seconds.
struct Transcription: Sendable {
    let services: ProxyServices
    let caller: Caller
    let requestBits: UInt128
    let upstream: TranscriptionUpstream
    let note: VoiceNote

    struct Transcript: Sendable {
        let contentType: String
        let body: ByteBuffer
        let usage: UsageHeaders
        let bill: Bill
        /// Units that were reserved.
        let reserved: Int
    }

    /// What is metered under this name of a model are units, as tokens that weigh one each.
    static let model = "transcription"
    /// OpenClaw waits for 60 seconds.
    static let timeout = Duration.seconds(55)
    private static let largestAnswer = 4 << 20

    /// - Throws: ``Refusal``; then nothing is charged, unless the upstream may have done its work unheard.
    func run() async throws(Refusal) -> Transcript {
        let most = TranscriptionPrice.most(bytes: note.size)
        let grant = try await services.accounts.reserveWaiting(
            Allowance.Request(input: most, output: 0), caller.account, upgradeURL: services.configuration.upgradeURL)
        let reservation = CallReservation(
            requestBits: requestBits, customerBits: caller.account.customerBits, boxBits: caller.boxBits,
            model: Self.model, periodStart: grant.period.lowerBound, input: most, output: 0,
            createdAt: services.clock.now, cause: .transcription)
        let ticket: Journal.Ticket
        do {
            ticket = try services.journal.reserve(reservation)
        } catch {
            _ = caller.account.settle(
                reserved: most, used: 0, periodStart: reservation.periodStart, now: services.accounts.now)
            throw error
        }
        services.journal.markSent(ticket)
        let outcome = await ask()
        let bill = bill(outcome, reserved: most)
        let now = services.clock.now
        services.journal.settle(ticket, bill.usage, isEstimated: bill.isEstimated, now: now)
        let (remaining, percentUsed) = caller.account.settle(
            reserved: most, used: bill.usage.units, periodStart: reservation.periodStart, now: services.accounts.now)
        services.bookkeeper.add(reservation, caller, bill, at: now, ticket)
        switch outcome {
        case .written(let contentType, let body, _):
            return Transcript(
                contentType: contentType, body: body,
                usage: UsageHeaders(remaining: remaining, percentUsed: percentUsed, resets: grant.period.upperBound),
                bill: bill, reserved: most)
        case .refused(let refusal), .unheard(let refusal): throw refusal
        }
    }

    private enum Outcome {
        /// - seconds: as the upstream tells them.
        case written(contentType: String, ByteBuffer, seconds: Int?)
        case refused(Refusal)
        /// The note may have been transcribed nevertheless.
        case unheard(Refusal)
    }

    private func bill(_ outcome: Outcome, reserved: Int) -> Bill {
        let estimate = TranscriptionPrice.estimate(bytes: note.size)
        switch outcome {
        case .refused: return .nothing
        case .unheard: return Bill(usage: TokenUsage(input: min(estimate, reserved), output: 0), isEstimated: true)
        // More than was reserved, where a file says little in few bytes: it was done, and isn't done twice for nothing.
        case .written(_, _, let seconds?):
            return Bill(usage: TokenUsage(input: TranscriptionPrice.units(seconds: seconds), output: 0), isEstimated: false)
        case .written(_, _, nil):
            return Bill(usage: TokenUsage(input: min(estimate, reserved), output: 0), isEstimated: true)
        }
    }

    private func ask() async -> Outcome {
        let boundary = "----openclaw-cloud-\(UUID().uuidString)"
        var request = HTTPClientRequest(url: upstream.baseURL + "/audio/transcriptions")
        request.method = .POST
        request.headers = [
            "content-type": "multipart/form-data; boundary=\(boundary)", "accept-encoding": "identity",
            "x-request-id": ModelCall.ID(bits: requestBits).rawValue,
        ]
        if let key = upstream.key { request.headers.add(name: "authorization", value: "Bearer \(key.reveal())") }
        request.body = .bytes(note.form(model: upstream.model, boundary: boundary))
        do {
            let response = try await Self.client.execute(request, timeout: TimeAmount(Self.timeout))
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            if response.status == .ok {
                return .written(
                    contentType: response.headers.first(name: "content-type") ?? "application/json", body,
                    seconds: Self.seconds(body))
            }
            services.logger.warning(
                "the transcription server refused", metadata: ["status": "\(response.status.code)"])
            // What it says of a file is the client's business; what it says of our key isn't.
            return [400, 413, 415, 422].contains(Int(response.status.code))
                ? .refused(.badForm("The file can't be written down: it is damaged, too short, or in an unknown format."))
                : .refused(response.status == .tooManyRequests ? .upstreamBusy(retryAfter: 10) : .upstreamUnavailable)
        } catch {
            services.logger.warning("the transcription server can't be reached", metadata: ["error": "\(error)"])
            return Self.isBeforeTheRequest(error) ? .refused(.upstreamUnavailable) : .unheard(.upstreamUnavailable)
        }
    }

    /// Whether there was never a connection over which the request could have gone.
    private static func isBeforeTheRequest(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError: true
        case let error as HTTPClientError: [.connectTimeout, .getConnectionFromPoolTimeout].contains(error)
        case let error as IOError: error.errnoCode == ECONNREFUSED
        default: false
        }
    }

    /// With a short wait for a connection, and with room for many at once. Lives as long as the process, like
    /// `HTTPClient.shared`.
    private static let client: HTTPClient = {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = .seconds(10)
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }()

    /// OpenAI tells them in `usage`, or as the `duration` of its verbose form.
    private static func seconds(_ body: ByteBuffer) -> Int? {
        struct Written: Decodable {
            let usage: Usage?
            let duration: Double?

            struct Usage: Decodable { let seconds: Double? }
        }
        guard let written = try? JSONDecoder().decode(Written.self, from: Data(body.readableBytesView)),
            let seconds = written.usage?.seconds ?? written.duration, seconds >= 0
        else { return nil }
        return Int(min(seconds, 10_000_000).rounded(.up))
    }
}
