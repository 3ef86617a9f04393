import Core

extension OwnerMessage {
    /// What an owner is told of an error; its own words are for the host.
    init(_ error: DomainError) {
        switch error.code {
        case "cluster_fault", "agent_host_fault": self = .machineFault
        case "proxy_token_lost": self = .newKey
        case "shutting_down": self = .platformRestarts
        case "agent_not_stoppable": self = .cannotBeStopped
        case "no_bot": self = .noBot
        default: self = .fault
        }
    }
}
