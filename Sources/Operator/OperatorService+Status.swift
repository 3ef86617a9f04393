import Core
import Jobs
import Logging
import SQL
import ServiceLifecycle
import Store

extension OperatorService {
    /// What the row says of the world.
    struct Status: Sendable {
        let status: BoxStatus
        let detail: String?

        init(_ status: BoxStatus, _ detail: String?) {
            self.status = status
            self.detail = detail
        }

        /// - Parameter state: of an agent that is meant to run.
        init(of state: AgentState, language: Language) {
            switch state {
            case .ready: self.init(.running, nil)
            case .starting, .absent, .stopped: self.init(.provisioning, starting[language])
            case .restarting(let trouble):
                self.init(.provisioning, "\(trouble.text[language]) \(restarting[language])")
            case .failed(let trouble):
                self.init(.failed, "\(trouble.text[language]) \(keptTrying[language])")
            }
        }
    }

    /// Writes what was seen of a box and wakes the dashboard; nothing if the row says so already.
    ///
    /// The first time an agent is ready, the chat is told to announce it.
    /// - Parameters:
    ///   - box: as it was when the world was looked at. If it is no longer wanted in that state, nothing is written.
    ///   - generation: the generation that was made real.
    /// - Throws: `SQLError`.
    func write(_ status: Status, of box: Box, generation: Int64) async throws {
        @Sendable func isNews(_ row: Box?) -> Box? {
            guard let row, row.desired == box.desired else { return nil }
            let isSame = row.status == status.status && row.detail == status.detail && row.observedGeneration >= generation
            return isSame ? nil : row
        }
        guard isNews(try await queue.database.read({ try BoxStore($0).find(box.id, customerID: box.customerID) })) != nil
        else { return }
        try await queue.write { work in
            let boxes = BoxStore(work.transaction)
            guard let row = isNews(try boxes.find(box.id, customerID: box.customerID)) else { return }
            let isRunning = status.status == .running
            try boxes.observe(
                row, generation: max(generation, row.observedGeneration), status: status.status, detail: status.detail,
                readyAt: isRunning ? work.now : nil)
            if isRunning, row.readyAt == nil,
                let conversation = try ConversationStore(work.transaction).find(customerID: box.customerID)
            {
                try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: box.customerID))
            }
            work.changed(box.customerID)
        }
    }

    private static let restarting = LocalizedText(en: "It is being restarted.", pt: "Está sendo reiniciado.")
    private static let keptTrying = LocalizedText(
        en: "We keep trying to bring it back.", pt: "Continuamos tentando colocá-lo no ar.")
}

extension OperatorService: Service {
    /// Takes over what an earlier run left behind, has every box reconciled, and from then on tells on the rows what becomes
    /// of the agents. Ends with the graceful shutdown.
    package func run() async throws {
        let changes = runtime.changes()
        let wanted = try await queue.database.read { try BoxStore($0).allToReconcile() }.filter { $0.desired == .running }
        try await runtime.cleanUp(keeping: Set(wanted.map(AgentReference.init)))
        try await resync()
        for await agent in changes.cancelOnGracefulShutdown() {
            do {
                try await follow(agent)
            } catch {
                // The periodic resync repairs what is missed here.
                logger.error(
                    "an agent's state can't be written", metadata: ["box": "\(agent.boxID)", "error": "\(error)"])
            }
        }
    }

    private func follow(_ agent: AgentReference) async throws {
        let found = try await queue.database.read { try BoxStore($0).find(agent.boxID, customerID: agent.customerID) }
        guard let box = found, box.desired == .running else { return }
        let state = try await runtime.observe(agent).state
        switch state {
        case .absent, .stopped:
            try await queue.write { try $0.enqueue(ReconcileBox(box)) }
        case .starting:
            break  // Whoever has it started tells so.
        case .ready, .restarting, .failed:
            try await write(Status(of: state, language: box.language), of: box, generation: box.observedGeneration)
        }
    }
}
