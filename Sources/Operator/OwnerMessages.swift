import Core

/// All that the operator tells owners.
extension OwnerMessage {
    static let noBot = OwnerMessage(
        "no_bot",
        LocalizedText(
            en: "Your agent has no Telegram bot yet. Finish connecting Telegram in the chat.",
            pt: "O seu agente ainda não tem um bot no Telegram. Termine de conectar o Telegram no chat."))
    static let starting = OwnerMessage(
        "starting", LocalizedText(en: "Starting your agent.", pt: "Iniciando o seu agente."))
    static let asleep = OwnerMessage(
        "asleep",
        LocalizedText(
            en: "Asleep; wakes with a message. The answer takes a little longer then.",
            pt: "Dormindo; acorda com uma mensagem. A resposta demora um pouco mais nesse caso."))
    static let settingsHeldBack = OwnerMessage(
        "settings_held_back",
        LocalizedText(
            en: "Your agent goes on with its earlier settings because of a fault on our side. We have been told.",
            pt: "O seu agente continua com as configurações anteriores devido a uma falha do nosso lado. Já fomos avisados.")
    )
    static let takesLong = OwnerMessage(
        "takes_long",
        LocalizedText(
            en: "This takes longer than it should. We are looking into it, and go on trying.",
            pt: "Isto está demorando mais do que deveria. Estamos verificando, e continuamos tentando."))
    static let fault = OwnerMessage(
        "fault",
        LocalizedText(
            en: "Something on our side keeps your agent from running. We have been told and keep trying.",
            pt: "Algo do nosso lado impede o seu agente de funcionar. Já fomos avisados, e continuamos tentando."))
    static let machineFault = OwnerMessage(
        "machine_fault",
        LocalizedText(
            en: "Your agent's machine has a fault. We have been told and keep trying.",
            pt: "A máquina do seu agente está com um defeito. Já fomos avisados, e continuamos tentando."))
    static let newKey = OwnerMessage(
        "new_key",
        LocalizedText(
            en: "Your agent needs a new key. It gets one with the next attempt.",
            pt: "O seu agente precisa de uma nova chave. Ela chega com a próxima tentativa."))
    static let platformRestarts = OwnerMessage(
        "platform_restarts",
        LocalizedText(
            en: "The platform is restarting. Your agent will be back shortly.",
            pt: "A plataforma está reiniciando. O seu agente volta em instantes."))
    static let cannotBeStopped = OwnerMessage(
        "cannot_be_stopped",
        LocalizedText(
            en: "Your agent can't be stopped at the moment. We go on trying.",
            pt: "O seu agente não pode ser parado no momento. Continuamos tentando."))
    static let restoring = OwnerMessage(
        "restoring",
        LocalizedText(
            en: "Putting your agent's saved data in place.", pt: "Colocando os dados guardados do seu agente no lugar."))
    static let notRestored = OwnerMessage(
        "not_restored",
        LocalizedText(
            en: "Your agent's saved data couldn't be put in place. We have been told.",
            pt: "Não foi possível colocar os dados guardados do seu agente no lugar. Já fomos avisados."))
    static let updateHeldBack = OwnerMessage("update_held_back", BackupTrouble.words)
    static let dataKept = OwnerMessage("data_kept", BackupTrouble.keptWords)

    /// - Parameter trouble: what an agent is in, by itself.
    static func restarting(_ trouble: AgentTrouble) -> OwnerMessage {
        OwnerMessage("restarting", trouble.text.followed(by: "It is being restarted.", "Está sendo reiniciado."))
    }

    static func failed(_ trouble: AgentTrouble) -> OwnerMessage {
        // Nothing is tried any more before the host has done something.
        if trouble == .configurationRefused { return OwnerMessage("configuration_refused", trouble.text) }
        return OwnerMessage(
            "failed", trouble.text.followed(by: "We keep trying to bring it back.", "Continuamos tentando colocá-lo no ar."))
    }

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

extension LocalizedText {
    fileprivate func followed(by english: String, _ portuguese: String) -> LocalizedText {
        LocalizedText(en: "\(self.english) \(english)", pt: "\(self.portuguese) \(portuguese)")
    }
}
