/// Where an agent lives: its namespace is named by the customer, its folder by the box. A spare lives under ids of its own that
/// stand for no rows; a box that has claimed it lives there, too.
package struct AgentReference: Sendable, Hashable, Codable {
    package let boxID: Box.ID
    package let customerID: Customer.ID

    package init(_ box: Box) {
        if let spareID = box.spareID {
            self.init(spareID)
        } else {
            self.init(boxID: box.id, customerID: box.customerID)
        }
    }

    package init(_ spareID: Spare.ID) {
        self.init(boxID: Box.ID(bits: spareID.bits), customerID: Customer.ID(bits: spareID.bits))
    }

    /// The spare that lives there, or did before a box claimed it; of a box of its own it is one that there never was.
    package var spareID: Spare.ID { Spare.ID(bits: boxID.bits) }

    package init(boxID: Box.ID, customerID: Customer.ID) {
        self.boxID = boxID
        self.customerID = customerID
    }
}

/// How an agent is.
package enum AgentState: Sendable, Hashable, Codable {
    /// Nothing runs and nothing is kept.
    case absent
    /// Nothing runs; the data is kept.
    case stopped
    case starting
    /// It answers.
    case ready
    /// Nothing of its program runs; the next message wakes it.
    case asleep
    /// It went down and is coming up again.
    case restarting(AgentTrouble)
    /// It went down several times in a row. It is still being tried.
    case failed(AgentTrouble)

    /// Whether waiting for the next change is pointless: it is up, or there is something to tell.
    package var isSettled: Bool {
        switch self {
        case .ready, .asleep, .failed, .absent, .stopped: true
        case .starting, .restarting: false
        }
    }
}

/// Why an agent went down, for its owner to read.
package enum AgentTrouble: Sendable, Hashable, Codable {
    case ranOutOfMemory
    case exited(code: Int32)
    /// The program doesn't take its configuration, and won't when it is started again: a matter for the host.
    case configurationRefused
    /// OpenClaw keeps Telegram off after several crashes in a row.
    case channelSuppressed
    /// Ended by a signal that the platform didn't send, or by nobody knows what.
    case vanished
    case stoppedAnswering
    case neverAnswered
    /// The program itself could not be started: a matter for the host.
    case notStartable
    /// The container image can't be had: a matter for the host.
    case imageUnavailable
    /// No machine has room for it: a matter for the host.
    case noRoom

    private static let plain: [String: AgentTrouble] = [
        "out_of_memory": .ranOutOfMemory, "configuration_refused": .configurationRefused,
        "channel_suppressed": .channelSuppressed, "vanished": .vanished, "stopped_answering": .stoppedAnswering,
        "never_answered": .neverAnswered, "not_startable": .notStartable, "image_unavailable": .imageUnavailable,
        "no_room": .noRoom,
    ]
    private static let plainCodes = Dictionary(uniqueKeysWithValues: plain.map { ($1, $0) })

    /// In snake case, with the exit code behind it where there is one: `out_of_memory`, `exited:137`. Stable.
    package var code: String {
        if case .exited(let status) = self { return "exited:\(status)" }
        return Self.plainCodes[self] ?? ""
    }

    package init?(code: String) {
        if let plain = Self.plain[code] {
            self = plain
            return
        }
        guard code.hasPrefix("exited:"), let status = Int32(code.dropFirst("exited:".count)) else { return nil }
        self = .exited(code: status)
    }

    package var text: LocalizedText {
        switch self {
        case .ranOutOfMemory:
            LocalizedText(en: "Your agent ran out of memory.", pt: "O seu agente ficou sem memória.")
        case .exited(let code):
            LocalizedText(
                en: "Your agent stopped by itself (exit code \(code)).", pt: "O seu agente parou sozinho (código \(code)).")
        case .configurationRefused:
            LocalizedText(
                en: "Your agent can't start because of a fault on our side. We have been told.",
                pt: "O seu agente não consegue iniciar devido a uma falha do nosso lado. Já fomos avisados.")
        case .channelSuppressed:
            LocalizedText(
                en: "Your agent is switching Telegram on again after several crashes.",
                pt: "O seu agente está religando o Telegram depois de várias quedas.")
        case .vanished:
            LocalizedText(en: "Your agent stopped unexpectedly.", pt: "O seu agente parou inesperadamente.")
        case .stoppedAnswering:
            LocalizedText(en: "Your agent stopped responding.", pt: "O seu agente deixou de responder.")
        case .neverAnswered:
            LocalizedText(en: "Your agent took too long to start.", pt: "O seu agente demorou demais para iniciar.")
        case .notStartable:
            LocalizedText(
                en: "Your agent can't be started because of a fault on our side.",
                pt: "O seu agente não pode ser iniciado devido a uma falha do nosso lado.")
        case .imageUnavailable:
            LocalizedText(
                en: "Your agent's program can't be fetched at the moment.",
                pt: "O programa do seu agente não pode ser obtido no momento.")
        case .noRoom:
            LocalizedText(
                en: "There is no room for your agent on our machines at the moment.",
                pt: "Não há espaço para o seu agente nas nossas máquinas no momento.")
        }
    }
}
