import Core
import Testing

/// What an owner is told is stored by its code.
struct OwnerMessageTests {
    @Test(arguments: [
        (OwnerMessage.noBot, "no_bot"), (.asleep, "asleep"), (.updateHeldBack, "update_held_back"), (.dataKept, "data_kept"),
        (.restarting(.ranOutOfMemory), "restarting:out_of_memory"), (.failed(.exited(code: -9)), "failed:exited:-9"),
        (.failed(.configurationRefused), "failed:configuration_refused"),
    ])
    func aCodeStandsForItsMessage(_ message: OwnerMessage, _ code: String) {
        #expect(message.code == code)
        #expect(OwnerMessage(code: code) == message)
    }

    @Test(arguments: [
        "", "Starting your agent.", "failed", "failed:", "failed:exited", "failed:exited:", "failed:exited:x",
        "stopped:no_room",
        "starting:no_room", "NO_BOT",
    ])
    func whatIsNoCodeIsNoMessage(_ text: String) {
        #expect(OwnerMessage(code: text) == nil)
    }

    @Test func theTextNamesTheTroubleInEachLanguage() {
        let message = OwnerMessage.restarting(.exited(code: 3))
        #expect(message.text[.english] == "Your agent stopped by itself (exit code 3). It is being restarted.")
        #expect(message.text[.portuguese] == "O seu agente parou sozinho (código 3). Está sendo reiniciado.")
        #expect(OwnerMessage.failed(.configurationRefused).text[.english].hasSuffix("We have been told."))
    }
}
