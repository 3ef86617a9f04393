package import Core

/// The agents' folders are the host's own to back up, with everything else in the data directory.
extension ChildProcessRuntime {
    package func prepare(_ specification: AgentSpecification) async throws { throw DomainError.transfersUnsupported }

    package func begin(_ transfer: StateTransfer) async throws { throw DomainError.transfersUnsupported }

    package func transfers(of agent: AgentReference) async throws -> [StateTransfer.ID: StateTransfer.Progress] { [:] }

    package func forgetTransfers(of agent: AgentReference, except kept: Set<StateTransfer.ID>) async throws {}
}
