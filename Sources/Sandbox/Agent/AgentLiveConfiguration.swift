import Synchronization

/// The configuration as it is now: the gateway follows its file while it runs, and leaves aside one that it doesn't take
/// (https://docs.openclaw.ai/gateway/configuration/hot-reload).
final class AgentLiveConfiguration: Sendable {
    private let environment: [String: String]
    private let good: Mutex<AgentConfiguration>

    init(_ configuration: AgentConfiguration, environment: [String: String]) {
        self.environment = environment
        good = Mutex(configuration)
    }

    var current: AgentConfiguration {
        let read = try? AgentConfiguration(environment: environment)
        return good.withLock { good in
            if let read { good = read }
            return good
        }
    }
}
