import Account
import Core

/// `/dashboard/silence`: why the agent doesn't answer, and what helps.
struct SilencePage: PageModel {
    static let template = "silence"
    static let isForCustomers = true

    let heading: String
    let text: String
    /// What the platform says of an agent that doesn't run.
    let detail: String?
    let isRestartOffered: Bool
    let isPaymentOffered: Bool
    let link: Link?
    let hasBackups: Bool
    let contact: String?

    struct Link: Sendable {
        let label: String
        let path: String
    }

    init(_ diagnosis: Diagnosis, box: Box, botURL: String?, hasBackups: Bool, contact: String?, texts: Texts) {
        (heading, text) = Self.words(diagnosis, box, texts)
        detail = diagnosis.cause == .failed ? box.message?.text[texts.language] : nil
        isRestartOffered = diagnosis.repair == .restart || diagnosis.cause == .none
        isPaymentOffered = diagnosis.repair == .pay
        link =
            switch diagnosis.repair {
            case .chat: Link(label: texts["back_to_chat"], path: "/chat")
            case .plan: Link(label: texts["back_to_dashboard"], path: "/dashboard")
            case .write: botURL.map { Link(label: texts["open_agent"], path: $0) }
            case .wait, .restart, .pay, .help: nil
            }
        self.hasBackups = hasBackups && (diagnosis.cause == .failed || diagnosis.cause == .none)
        self.contact = diagnosis.repair == .help || diagnosis.cause == .failed ? contact : nil
    }

    private static func words(_ diagnosis: Diagnosis, _ box: Box, _ texts: Texts) -> (String, String) {
        let until = diagnosis.until.map(texts.date) ?? ""
        switch diagnosis.cause {
        case .unpaid: return (texts["silence_unpaid"], texts["silence_unpaid_text"])
        case .ended: return (texts["silence_ended"], texts["silence_ended_text"])
        case .paymentMissing: return (texts["silence_payment"], texts["silence_payment_text"])
        case .held: return (texts["silence_held"], texts["silence_held_text"])
        case .usedUp: return (texts["silence_used_up"], texts("silence_used_up_text", ["date": until]))
        case .restoring: return (texts["silence_restoring"], texts["silence_wait"])
        case .upgrading: return (texts["silence_upgrading"], texts["silence_wait"])
        case .starting: return (texts["silence_starting"], texts["silence_wait"])
        case .failed: return (texts["silence_failed"], texts["silence_failed_text"])
        case .botGone: return (texts["silence_bot_gone"], texts["silence_bot_gone_text"])
        case .botTakenOver: return (texts["silence_bot_taken"], texts["silence_bot_taken_text"])
        case .telegramBusy: return (texts["silence_telegram_busy"], texts["silence_telegram_busy_text"])
        case .telegramAway: return (texts["silence_telegram_away"], texts["silence_telegram_away_text"])
        case .interrupted: return (texts["silence_interrupted"], texts["silence_interrupted_text"])
        case .none: return (texts["silence_none"], texts("silence_none_text", ["agent": box.agentName]))
        }
    }
}

/// `/dashboard/backups`: what was saved of the agent.
struct BackupsPage: PageModel {
    static let template = "backups"
    static let isForCustomers = true

    let backups: [Item]
    let hasBackups: Bool
    /// What becomes of the last one that was to be put in place.
    let restore: String?

    struct Item: Sendable {
        let id: String
        let when: String
        let note: String
        let isRestorable: Bool
        let restoreLabel: String
        let isDownloadable: Bool
        let isDeletable: Bool
        let downloadLabel: String
        let deleteLabel: String
    }

    init(_ backups: [Backup], restore: Restore?, isDownloadable: Bool = false, texts: Texts) {
        self.backups = backups.map { backup in
            let when = texts.moment(backup.createdAt)
            return Item(
                id: backup.id.rawValue, when: when, note: Self.note(backup, texts),
                isRestorable: backup.state == .done && restore?.state != .running,
                restoreLabel: texts("backups_restore_label", ["when": when]),
                isDownloadable: isDownloadable && backup.state == .done, isDeletable: backup.state != .running,
                downloadLabel: texts("backups_download_label", ["when": when]),
                deleteLabel: texts("backups_delete_label", ["when": when]))
        }
        hasBackups = !backups.isEmpty
        self.restore =
            switch restore?.state {
            case .running: texts["backups_restoring"]
            case .done: texts["backups_restored"]
            case .failed: texts["backups_restore_failed"]
            case .abandoned, nil: nil
            }
    }

    private static func note(_ backup: Backup, _ texts: Texts) -> String {
        let reason =
            switch backup.reason {
            case .upgrade: texts["backups_upgrade"]
            case .deletion: texts["backups_deletion"]
            case .restore: texts["backups_restore_reason"]
            case .manual: texts["backups_manual"]
            case .nightly: texts["backups_nightly"]
            }
        switch backup.state {
        case .running: return "\(reason) \(texts["backups_running"])"
        case .failed: return "\(reason) \(texts["backups_failed"])"
        case .done:
            let size = backup.size.map { texts("backups_size", ["size": texts.number(max(1, Int($0 / 1_000_000)))]) }
            return [reason, size].compactMap(\.self).joined(separator: " ")
        }
    }
}
