import Core
import ModelAPI
import NIOCore
import NIOHTTP1

/// Whose request it is, and whether it is taken in.
extension ClientConnection {
    func begin(_ request: IncomingRequest) {
        self.request = request
        // After a request in an unsupported form the connection is closed once it is answered.
        closes = !request.head.keepsAlive || loop.isDraining || request.head.method == .other
        chunked = request.head.isCurrent
        decoder = BodyDecoder(request.head.body)
        do throws(Refusal) {
            switch try request.route() {
            case .health:
                respond(.ok, #"{"status":"ok"}"#)
            case .readiness: answerLater { await $0.readiness() }
            case .models, .model, .call, .transcription: try authenticate(request)
            }
        } catch {
            respond(error)
        }
    }

    private func authenticate(_ request: IncomingRequest) throws(Refusal) {
        guard let hash = request.tokenHash else { throw .unauthenticated }
        if let caller = loop.services.callers.caller(hash) {
            try admit(caller, request)
            return
        }
        startWaiting()
        let connection = NIOLoopBound(self, eventLoop: loop.eventLoop)
        let (callers, address) = (loop.services.callers, context?.channel.remoteAddress?.ipAddress ?? "")
        Task {
            let result: Result<Caller, Refusal>
            do throws(Refusal) {
                result = .success(try await callers.lookUp(hash, from: address))
            } catch {
                result = .failure(error)
            }
            connection.eventLoop.execute { connection.value.resume(with: result) }
        }
    }

    func startWaiting() {
        phase = .waiting
        deadline = loop.deadline + TimeAmount(timeouts.turn)
    }

    private func resume(with result: Result<Caller, Refusal>) {
        loop.tick()
        guard case .waiting = phase, let request else { return }
        do throws(Refusal) {
            try admit(try result.get(), request)
        } catch {
            respond(error)
        }
        process()
    }

    private func admit(_ caller: Caller, _ request: IncomingRequest) throws(Refusal) {
        request.caller = caller
        if caller.credential.isSuspended {
            guard request.isReadByPeople, case .call = request.knownRoute else { throw .unauthenticated }
            request.refusal = .suspended(upgradeURL: loop.services.configuration.upgradeURL)
        }
        if caller.credential.isSpare, case .call = request.knownRoute { request.refusal = .spare }
        guard request.knownRoute?.hasBody == true else {
            respond(.ok, try loop.services.models(request.modelName))
            return
        }
        if request.knownRoute == .transcription { try mayTranscribe(caller) }
        let limit = loop.services.configuration.bodyLimit
        let announced = if case .length(let length) = request.head.body { length } else { 0 }
        guard announced <= limit else { throw .tooLarge(limit: limit) }
        if request.refusal == nil { try request.enter(now: loop.now) }
        if request.head.expectsContinue, buffer.readableBytes == 0 {
            context?.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
        phase = .body
        deadline = loop.deadline + TimeAmount(timeouts.requestBody)
        resumeReading()
    }
}
