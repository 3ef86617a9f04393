import Core

extension Utterance {
    /// What can be asked for at any point of the conversation.
    enum Intent: Sendable, Hashable {
        case speak(Language)
        case help, back, startOver
        /// With the new name, if it was said.
        case rename(String?)
        case changePlan, changePurpose
        case cost, whichPlan, status, link, usage, cancel, privacy, who, support
        case thanks, greeting
    }

    /// Only what can hardly be meant otherwise: "help" is a call for help, "help with my e-mails" is an answer.
    var intent: Intent? {
        if phrase.isEmpty, text.contains("?") { return .help }
        for opening in Phrasebook.renameOpenings {
            if let rest = rest(after: opening), !rest.isEmpty { return .rename(rest) }
        }
        if Phrasebook.rename.contains(phrase) { return .rename(nil) }
        for entry in Phrasebook.intents {
            if entry.phrases.contains(phrase) { return entry.intent }
            if words.count <= 10, entry.openings.contains(where: { phrase == $0 || phrase.hasPrefix($0 + " ") }) {
                return entry.intent
            }
        }
        return nil
    }
}
