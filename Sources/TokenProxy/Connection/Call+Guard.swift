import Core
import Logging
import ModelAPI
import NIOCore

/// Stops an agent that runs away.
extension Call {
    /// What the call is made for.
    func cause(of wanted: ModelRequest) -> UsageCause {
        switch wanted.turn.beginning {
        case .person: wanted.turn.isToolStep ? .tool : .message
        case .resumed: .resumed
        case .program: .background
        }
    }

    /// Counts an agent's call to its turn. What other clients ask for is their own to watch over.
    /// - Throws: ``Refusal`` if the agent is held, or is to be from now on.
    func countToTurn(_ wanted: ModelRequest) throws(Refusal) {
        let credential = caller.credential
        guard credential.isAgents else { return }
        let dashboard = services.configuration.upgradeURL
        if let hold = credential.hold { throw .held(hold, dashboardURL: dashboard) }
        // What the program asks for by itself is watched by its sum: see `AgentGuardStore`.
        guard wanted.turn.beginning != .program, let text = wanted.turn.text else {
            turn = 0
            return
        }
        let mark = body.withUnsafeReadableBytes { bytes in
            request.withCredential { TurnMark.of(bytes[part: text], token: $0) }
        }
        turn = mark
        if caller.account.admit(turn: mark, releases: credential.releases) { return }
        services.hold(caller, .manyCalls)
        throw .held(.manyCalls, dashboardURL: dashboard)
    }
}

extension ProxyServices {
    /// Has every proxy refuse the agent's calls, and its owner told.
    func hold(_ caller: Caller, _ reason: AgentHold.Reason) {
        let credential = caller.credential
        Task { [storage, logger] in
            do {
                try await storage.hold(boxID: credential.boxID, customerID: credential.customerID, reason)
            } catch {
                // The next call of the same turn is refused as well, and tries again.
                logger.error("an agent that runs away can't be held", metadata: ["error": "\(error)"])
            }
        }
    }
}
