import Core

/// What the row says of the world.
struct AgentStatus: Sendable {
    let status: BoxStatus
    let message: OwnerMessage?
    /// How often the runtime says that the agent was started again.
    private(set) var restarts: Int64 = 0
    /// Whether it has gone down by itself.
    private(set) var isDown = false
    /// What the program said of its trouble, for the host.
    private(set) var words: String?
    /// Whether trying again is no use, so that the host must know at once.
    private(set) var isFinal = false

    init(_ status: BoxStatus, _ message: OwnerMessage? = nil) {
        self.status = status
        self.message = message
    }

    /// - Parameter observation: of an agent that is meant to run.
    init(of observation: AgentObservation) {
        switch observation.state {
        case .ready where observation.refusedHash != nil, .asleep where observation.refusedHash != nil:
            self.init(.running, .settingsHeldBack)
            isFinal = true
        case .ready: self.init(.running)
        case .asleep: self.init(.running, .asleep)
        case .starting, .absent, .stopped: self.init(.provisioning, .starting)
        case .restarting(let trouble):
            self.init(.provisioning, .restarting(trouble))
            isDown = true
        case .failed(let trouble):
            self.init(.failed, .failed(trouble))
            isDown = true
            isFinal = trouble == .configurationRefused
        }
        restarts = Int64(observation.restarts)
        words = observation.words
    }

    /// - Parameter observation: of an agent that was left as it is, because its state can't be saved before a change.
    init(leftAlone observation: AgentObservation) {
        if observation.state == .ready || observation.state == .asleep {
            self.init(.running, .updateHeldBack)
            restarts = Int64(observation.restarts)
        } else {
            self.init(of: observation)
        }
    }
}
