import Core
import Store

/// What the owner reads.
enum ReminderText {
    /// Later than that, people wonder.
    private static let tolerance = Duration.seconds(300)

    static func text(of due: DueReminder, now: Timestamp) -> String {
        var text = "⏰ " + due.reminder.text
        if now - due.reminder.occursAt > tolerance {
            let time = due.reminder.localTime.description.replacing("T", with: " ")
            text += "\n\n" + late[due.box.language].replacing("{time}", with: time)
        }
        if due.mayHaveArrived { text += "\n\n" + repeated[due.box.language] }
        return text
    }

    private static let late = LocalizedText(
        en: "(This was due at {time}. Sorry for the delay.)", pt: "(Era para {time}. Desculpe o atraso.)")

    private static let repeated = LocalizedText(
        en: "(You may have got this before: we were interrupted while sending it.)",
        pt: "(Talvez você já tenha recebido isto: o envio foi interrompido.)")
}
