/// What agents can do and can't: what site, chat and FAQ may promise. A test compares it with the configuration that is
/// rendered for agents, see `ProductFacts`.
package enum AgentAbilities {
    package static let readsWebPages = true
    package static let searchesTheWeb = false
    package static let seesPictures = true
    package static let hearsVoiceNotes = false
    package static let remembers = true
    package static let keepsFiles = true
    package static let reminds = true
    package static let sendsEmail = false
    package static let joinsGroups = false
    /// Telegram accounts that an agent answers, on every plan.
    package static let telegramAccounts = 1
}
