/// What the owner of a box is told about it: our own words, and nothing of the host's, a vendor's or a file's.
///
/// What is stored and passed on is the message; its text is made where somebody reads it, in the reader's language.
package enum OwnerMessage: Sendable, Hashable {
    case noBot
    case starting
    case asleep
    case settingsHeldBack
    case takesLong
    case fault
    case machineFault
    case newKey
    case platformRestarts
    case cannotBeStopped
    case restoring
    case notRestored
    case updateHeldBack
    case dataKept
    case restarting(AgentTrouble)
    case failed(AgentTrouble)

    /// The messages that say all by themselves, by their codes.
    private static let plain: [String: OwnerMessage] = [
        "no_bot": .noBot, "starting": .starting, "asleep": .asleep, "settings_held_back": .settingsHeldBack,
        "takes_long": .takesLong, "fault": .fault, "machine_fault": .machineFault, "new_key": .newKey,
        "platform_restarts": .platformRestarts, "cannot_be_stopped": .cannotBeStopped, "restoring": .restoring,
        "not_restored": .notRestored, "update_held_back": .updateHeldBack, "data_kept": .dataKept,
    ]
    private static let plainCodes = Dictionary(uniqueKeysWithValues: plain.map { ($1, $0) })
}

extension OwnerMessage {
    package init?(code: String) {
        if let plain = Self.plain[code] {
            self = plain
            return
        }
        let parts = code.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let trouble = AgentTrouble(code: String(parts[1])) else { return nil }
        switch parts[0] {
        case "restarting": self = .restarting(trouble)
        case "failed": self = .failed(trouble)
        default: return nil
        }
    }

    /// In snake case and, where the message has one, with its trouble: `asleep`, `failed:exited:137`. Stable.
    package var code: String {
        switch self {
        case .restarting(let trouble): "restarting:\(trouble.code)"
        case .failed(let trouble): "failed:\(trouble.code)"
        default: Self.plainCodes[self] ?? ""
        }
    }
}

extension OwnerMessage {
    package var text: LocalizedText {
        switch self {
        case .noBot:
            LocalizedText(
                en: "Your agent has no Telegram bot yet. Finish connecting Telegram in the chat.",
                pt: "O seu agente ainda não tem um bot no Telegram. Termine de conectar o Telegram no chat.")
        case .starting:
            LocalizedText(en: "Starting your agent.", pt: "Iniciando o seu agente.")
        case .asleep:
            LocalizedText(
                en: "Asleep; wakes with a message. The answer takes a little longer then.",
                pt: "Dormindo; acorda com uma mensagem. A resposta demora um pouco mais nesse caso.")
        case .restarting(let trouble):
            trouble.text.followed(by: "It is being restarted.", "Está sendo reiniciado.")
        // Nothing is tried any more before the host has done something.
        case .failed(.configurationRefused):
            AgentTrouble.configurationRefused.text
        case .failed(let trouble):
            trouble.text.followed(by: "We keep trying to bring it back.", "Continuamos tentando colocá-lo no ar.")
        case .restoring, .notRestored, .updateHeldBack, .dataKept:
            dataText
        default:
            faultText
        }
    }

    /// Of what keeps an agent from being as it is wanted.
    private var faultText: LocalizedText {
        switch self {
        case .settingsHeldBack:
            LocalizedText(
                en: "Your agent goes on with its earlier settings because of a fault on our side. We have been told.",
                pt:
                    "O seu agente continua com as configurações anteriores devido a uma falha do nosso lado. Já fomos avisados."
            )
        case .takesLong:
            LocalizedText(
                en: "This takes longer than it should. We are looking into it, and go on trying.",
                pt: "Isto está demorando mais do que deveria. Estamos verificando, e continuamos tentando.")
        case .machineFault:
            LocalizedText(
                en: "Your agent's machine has a fault. We have been told and keep trying.",
                pt: "A máquina do seu agente está com um defeito. Já fomos avisados, e continuamos tentando.")
        case .newKey:
            LocalizedText(
                en: "Your agent needs a new key. It gets one with the next attempt.",
                pt: "O seu agente precisa de uma nova chave. Ela chega com a próxima tentativa.")
        case .platformRestarts:
            LocalizedText(
                en: "The platform is restarting. Your agent will be back shortly.",
                pt: "A plataforma está reiniciando. O seu agente volta em instantes.")
        case .cannotBeStopped:
            LocalizedText(
                en: "Your agent can't be stopped at the moment. We go on trying.",
                pt: "O seu agente não pode ser parado no momento. Continuamos tentando.")
        default:
            LocalizedText(
                en: "Something on our side keeps your agent from running. We have been told and keep trying.",
                pt: "Algo do nosso lado impede o seu agente de funcionar. Já fomos avisados, e continuamos tentando.")
        }
    }

    /// Of the agent's data, while it is saved or put back.
    private var dataText: LocalizedText {
        switch self {
        case .restoring:
            LocalizedText(
                en: "Putting your agent's saved data in place.", pt: "Colocando os dados guardados do seu agente no lugar.")
        case .notRestored:
            LocalizedText(
                en: "Your agent's saved data couldn't be put in place. We have been told.",
                pt: "Não foi possível colocar os dados guardados do seu agente no lugar. Já fomos avisados.")
        case .updateHeldBack:
            LocalizedText(
                en:
                    "Your agent's data couldn't be saved before an update, so we left your agent as it is. We have been told.",
                pt:
                    "Não foi possível guardar os dados do seu agente antes de uma atualização, por isso deixamos o agente como "
                    + "está. Já fomos avisados.")
        default:
            LocalizedText(
                en: "Your agent's data couldn't be saved yet, so nothing of it has been deleted. We have been told.",
                pt: "Ainda não foi possível guardar os dados do seu agente, por isso nada foi apagado. Já fomos avisados.")
        }
    }
}

extension LocalizedText {
    fileprivate func followed(by english: String, _ portuguese: String) -> LocalizedText {
        LocalizedText(en: "\(self.english) \(english)", pt: "\(self.portuguese) \(portuguese)")
    }
}
