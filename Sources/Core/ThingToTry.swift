/// Something that a new owner can ask their agent for at once. Only what the agent can do is suggested, see ``AgentAbilities``.
package enum ThingToTry: String, Sendable, Hashable, CaseIterable {
    // In the order in which they are suggested; the last three need nothing that could be switched off.
    case reminder, search, voiceNote = "voice_note", webPage = "web_page", list, picture, writing, phrase

    /// All that an agent can do.
    /// - Parameters:
    ///   - hearsVoiceNotes: whether they are written down here, on the plans that have that.
    ///   - searchesTheWeb: whether there is somebody to search with here, on the plans that have that.
    package static func offered(
        on plan: Plan, _ profile: AgentProfile, hearsVoiceNotes: Bool, searchesTheWeb: Bool
    ) -> [ThingToTry] {
        allCases.filter { thing in
            switch thing {
            case .reminder: AgentAbilities.reminds && profile.may(.reminders)
            case .search: searchesTheWeb && plan.searchesPerDay != nil && profile.may(.web)
            case .voiceNote: hearsVoiceNotes && plan.voiceNotes == true
            case .webPage: AgentAbilities.readsWebPages && profile.may(.web)
            case .list: AgentAbilities.keepsFiles && profile.may(.files)
            case .picture: AgentAbilities.seesPictures
            case .writing, .phrase: true
            }
        }
    }

    /// As the agent says it.
    package var text: LocalizedText {
        switch self {
        case .reminder:
            LocalizedText(
                en: "Write: “Remind me tomorrow at 9 to call Ana.”",
                pt: "Escreva: “Me lembre amanhã às 9 de ligar para a Ana.”")
        case .search:
            LocalizedText(
                en: "Ask me something that I have to look up on the web.",
                pt: "Pergunte algo que eu precise pesquisar na web.")
        case .voiceNote:
            LocalizedText(en: "Send me a voice note instead of typing.", pt: "Mande um áudio em vez de digitar.")
        case .webPage:
            LocalizedText(
                en: "Send me the address of a web page and ask what it says.",
                pt: "Mande o endereço de uma página da web e pergunte o que ela diz.")
        case .list:
            LocalizedText(
                en: "Write: “Start a shopping list: coffee, milk, bread.”",
                pt: "Escreva: “Comece uma lista de compras: café, leite, pão.”")
        case .picture:
            LocalizedText(
                en: "Send me a photo of a letter or a menu and ask about it.",
                pt: "Mande a foto de uma carta ou de um cardápio e pergunte sobre ela.")
        case .writing:
            LocalizedText(
                en: "Write: “Help me say no to an invitation, kindly.”",
                pt: "Escreva: “Me ajude a recusar um convite com gentileza.”")
        case .phrase:
            LocalizedText(
                en: "Write: “How do I order two coffees in Italian?”",
                pt: "Escreva: “Como peço dois cafés em italiano?”")
        }
    }
}
