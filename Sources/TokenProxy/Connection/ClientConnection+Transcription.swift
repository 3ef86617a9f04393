import Core
import ModelAPI
import NIOCore

/// Voice notes: `POST /v1/audio/transcriptions` in OpenAI's form.
extension ClientConnection {
    /// - Throws: ``Refusal`` unless the host has named a server, and the caller's plan has voice notes.
    func mayTranscribe(_ caller: Caller) throws(Refusal) {
        guard loop.services.configuration.transcription != nil else { throw .unknownPath }
        guard !caller.credential.isSpare else { throw .spare }
        guard caller.plan.voiceNotes == true || !caller.credential.isAgents else { throw .notInPlan }
        if caller.credential.isAgents, let hold = caller.credential.hold {
            throw .held(hold, dashboardURL: loop.services.configuration.upgradeURL)
        }
    }

    /// The whole request is there.
    func transcribe(_ request: IncomingRequest, _ body: ByteBuffer) {
        guard let caller = request.caller, let upstream = loop.services.configuration.transcription else { return }
        do throws(Refusal) {
            let work = Transcription(
                services: loop.services, caller: caller, requestBits: request.idBits, upstream: upstream,
                note: try VoiceNote(body, contentType: request.contentType))
            startWaiting()
            // The upstream's own time, and some to reserve what it weighs.
            deadline = loop.deadline + TimeAmount(Transcription.timeout) + TimeAmount(timeouts.turn)
            let connection = NIOLoopBound(self, eventLoop: loop.eventLoop)
            transcription = Task {
                let result: Result<Transcription.Transcript, Refusal>
                do throws(Refusal) { result = .success(try await work.run()) } catch { result = .failure(error) }
                connection.eventLoop.execute { connection.value.transcribed(result, caller) }
            }
        } catch {
            respond(error)
        }
    }

    private func transcribed(_ result: Result<Transcription.Transcript, Refusal>, _ caller: Caller) {
        loop.tick()
        if case .success(let answer) = result {
            loop.metrics.settled(
                answer.bill, reserved: answer.reserved, caller.credential, model: Transcription.model, overhead: nil,
                firstByte: nil, byCustomer: loop.services.configuration.countsByCustomer)
            request?.bill = answer.bill
        }
        // The client may have gone meanwhile.
        guard case .waiting = phase else { return }
        switch result {
        case .success(let answer): respond(200, contentType: answer.contentType, answer.body, usage: answer.usage)
        case .failure(let refusal): respond(refusal)
        }
        process()
    }
}
