import Account
import Core

/// `/account`: the address, who is signed in, programs' tokens, and what becomes of the data.
struct AccountPage: PageModel {
    static let template = "account"
    static let isForCustomers = true

    let email: String?
    /// What is waited for after a change was asked for.
    let emailWaiting: String?
    let sessions: [SessionView]
    let tokens: [TokenView]
    let hasTokens: Bool
    let notices: [NoticeView]
    /// A token that was just made: shown this once.
    let newToken: String?
    /// Where the export is, once it was asked for.
    let exportPath: String?
    let exportEnds: String
    /// When everything goes, if that was asked for.
    let erasure: String?
    let notice: String?
    let fault: String?

    struct SessionView: Sendable {
        let handle: String
        let device: String
        let since: String
        let isThis: Bool
        let endLabel: String
    }

    struct TokenView: Sendable {
        let id: String
        let name: String
        let detail: String
        let deleteLabel: String
    }

    struct NoticeView: Sendable {
        let name: String
        let label: String
        let note: String
        let isOn: Bool
    }

    /// What happened just now, beside what is stored.
    struct News: Sendable {
        var newToken: Secret?
        var exportPath: String?
        var notice: String?
        var fault: String?
    }

    init(_ records: AccountRecords, thisSession: String, news: News = News(), texts: Texts) {
        email = records.customer.email
        emailWaiting = records.emailChange.map { change in
            let values: KeyValuePairs<String, String> = ["email": change.email]
            if change.oldConfirmedAt == nil, change.newConfirmedAt == nil {
                return texts("account_email_waiting_both", values)
            }
            return change.newConfirmedAt == nil
                ? texts("account_email_waiting_new", values) : texts("account_email_waiting_old", values)
        }
        sessions = records.sessions.map { session in
            let device = session.device.isEmpty ? texts["account_session_unknown"] : session.device
            return SessionView(
                handle: session.handle, device: device,
                since: texts("account_session_since", ["date": texts.date(session.createdAt)]),
                isThis: session.handle == thisSession, endLabel: texts("account_session_end_label", ["device": device]))
        }
        tokens = records.tokens.map { token in
            let scope =
                switch token.scope {
                case .read: texts["account_token_read"]
                case .write: texts["account_token_write"]
                }
            let used =
                token.lastUsedAt.map { texts("account_token_used", ["when": texts.moment($0)]) }
                ?? texts["account_token_unused"]
            return TokenView(
                id: token.id.rawValue, name: token.name, detail: "\(scope). \(used)",
                deleteLabel: texts("account_token_delete_label", ["name": token.name]))
        }
        hasTokens = !tokens.isEmpty
        notices = NoticeSwitch.all.map { notice in
            let (label, note) =
                switch (notice.kind, notice.channel) {
                case (.usage, .mail): (texts["account_notices_usage_mail"], texts["account_notices_usage_mail_note"])
                case (.usage, .chat): (texts["account_notices_usage_chat"], texts["account_notices_usage_chat_note"])
                }
            return NoticeView(
                name: Self.fieldName(notice), label: label, note: note,
                isOn: !records.noticesOff.contains(notice))
        }
        newToken = news.newToken?.reveal()
        exportPath = news.exportPath
        exportEnds = texts("account_export_ends", ["hours": texts.number(24)])
        erasure = records.erasure.map { erasure in
            texts("account_erasure_waiting", ["when": texts.moment(erasure.dueAt)])
        }
        notice = news.notice
        fault = news.fault
    }
}

extension AccountPage {
    static func fieldName(_ notice: NoticeSwitch) -> String { "\(notice.kind.rawValue)_\(notice.channel.rawValue)" }
}

/// What the page shows of an account, at one moment.
struct AccountRecords: Sendable {
    let customer: Customer
    var emailChange: EmailChange?
    var sessions: [Session] = []
    var tokens: [APIToken] = []
    var noticesOff: Set<NoticeSwitch> = []
    var erasure: Erasure?
}

/// `/account/email/<token>`: asks for one more press, because mail programs open links on their own.
struct EmailConfirmPage: PageModel {
    static let template = "email_confirm"

    let token: String
    let text: String
}

/// What a consent has led to.
struct EmailConfirmedPage: PageModel {
    static let template = "email_confirmed"

    let text: String
}
