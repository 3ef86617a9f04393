import Core

extension InterviewTurn {
    /// One language for everything, switched on purpose: when it is asked for by name, or when the visitor clearly writes in
    /// another one from the beginning and never asked for this one.
    mutating func hearLanguage(_ reading: Reading) {
        switch reading.language {
        case .conversation(let spoken):
            guard let ours = spoken.ours else { return tellLanguages(spoken) }
            state.languageIsChosen = true
            state.ownerLanguage = nil
            guard ours != language else { return say(.speaking) }
            speak(ours)
            return say(.speaking)
        case .other(let name):
            return say(.onlyTwoLanguages(name: name))
        case .agent, nil:
            break
        }
        if let foreign = noteLanguage(reading), !state.hasToldLanguages { tellLanguages(foreign) }
    }

    /// Notes what the visitor writes in.
    /// - Returns: the language, if it is none of ours.
    @discardableResult
    mutating func noteLanguage(_ reading: Reading) -> SpokenLanguage? {
        guard let spoken = SpokenLanguage(writtenIn: reading.utterance.text) else { return nil }
        guard let ours = spoken.ours else {
            state.ownerLanguage = spoken
            return spoken
        }
        state.foreignRun = ours == language ? 0 : state.foreignRun + 1
        if state.foreignRun > (state.purpose == nil && !state.languageIsChosen ? 0 : 1) {
            state.foreignRun = 0
            speak(ours)
        }
        return nil
    }

    private mutating func tellLanguages(_ spoken: SpokenLanguage) {
        state.ownerLanguage = spoken
        state.hasToldLanguages = true
        say(.onlyTwoLanguages(name: spoken.name))
    }

    mutating func speak(_ language: Language) {
        state.language = language
        hasChanged = true
        perform(.speak(language))
    }
}
