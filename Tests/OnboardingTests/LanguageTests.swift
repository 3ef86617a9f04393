import Core
import Testing

@testable import Onboarding

/// One language per customer, switched on purpose.
struct LanguageTests {
    @Test(arguments: [
        ("Olá, preciso de ajuda com os meus emails", SpokenLanguage.portuguese),
        ("Hola, necesito ayuda con mis correos por favor", .spanish),
        ("Ich brauche Hilfe mit meinem Garten", .german), ("Bonjour, je voudrais de l'aide pour mes recettes", .french),
        ("Vorrei un aiuto con le mie ricette", .italian), ("I need help with the e-mails of my shop", .english),
    ])
    func tellsLanguagesApart(text: String, language: SpokenLanguage) {
        #expect(SpokenLanguage(writtenIn: text) == language)
    }

    @Test(arguments: ["Nova", "por favor", "ok thanks", "19", "marketing", "Zé do Café"])
    func decidesNothingByAWordOrTwo(text: String) {
        #expect(SpokenLanguage(writtenIn: text) == nil)
    }

    @Test func aForeignWordFlipsNothing() {
        var chat = InterviewChat(.portuguese)
        chat.say("planejar minha semana de home office", "Office Boy, please", "todos os dias, full time")
        #expect(chat.state.language == .portuguese)
        var other = InterviewChat()
        other.say("plan my week por favor", "Amigo")
        #expect(other.state.language == .english)
    }

    @Test func staysInTheLanguageThatWasAskedFor() {
        var chat = InterviewChat()
        chat.say("em português, por favor")
        #expect(chat.state.language == .portuguese)
        chat.say("help me with my English homework")
        #expect(chat.state.language == .portuguese)
        #expect(chat.text.contains("Como vai se chamar"))
    }

    @Test func saysHonestlyWhichLanguagesItHasAndNotesTheOwners() {
        var chat = InterviewChat()
        chat.say("Hola, necesito ayuda con los correos de mis clientes")
        #expect(chat.text.contains("only English and Portuguese"))
        #expect(chat.state.language == .english)
        #expect(chat.state.ownerLanguage == .spanish)
        chat.say("llámalo Paco")
        #expect(chat.state.agentName == "Paco")
        #expect(!chat.text.contains("only English and Portuguese"))
    }

    @Test func asksForAnotherPaymentPageInTheNewLanguage() throws {
        var chat = InterviewChat.atPayment()
        let first = try #require(chat.world.checkout)
        chat.say("em português, por favor")
        #expect(chat.world.checkout?.id != first.id)
        #expect(chat.actions.contains(.openCheckout(.pro)))
    }
}
