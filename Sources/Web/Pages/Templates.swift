import Mustache

/// The templates in `Resources`.
enum Templates {
    static let all: [String: [UInt8]] = [
        "account": PackageResources.account_mustache,
        "agent": PackageResources.agent_mustache,
        "applied": PackageResources.applied_mustache,
        "backups": PackageResources.backups_mustache,
        "causes": PackageResources.causes_mustache,
        "chat": PackageResources.chat_mustache,
        "checkout_done": PackageResources.checkout_done_mustache,
        "checkout_away": PackageResources.checkout_away_mustache,
        "checkout_waiting": PackageResources.checkout_waiting_mustache,
        "dashboard": PackageResources.dashboard_mustache,
        "email_confirm": PackageResources.email_confirm_mustache,
        "email_confirmed": PackageResources.email_confirmed_mustache,
        "error": PackageResources.error_mustache,
        "host_act": PackageResources.host_act_mustache,
        "host_cell": PackageResources.host_cell_mustache,
        "host_factor": PackageResources.host_factor_mustache,
        "host_layout": PackageResources.host_layout_mustache,
        "host_mails": PackageResources.host_mails_mustache,
        "host_page": PackageResources.host_page_mustache,
        "host_person": PackageResources.host_person_mustache,
        "host_places": PackageResources.host_places_mustache,
        "host_table": PackageResources.host_table_mustache,
        "landing": PackageResources.landing_mustache,
        "layout": PackageResources.layout_mustache,
        "legal": PackageResources.legal_mustache,
        "login": PackageResources.login_mustache,
        "login_confirm": PackageResources.login_confirm_mustache,
        "login_sent": PackageResources.login_sent_mustache,
        "mark": PackageResources.mark_mustache,
        "message": PackageResources.message_mustache,
        "plan_facts": PackageResources.plan_facts_mustache,
        "privacy": PackageResources.privacy_mustache,
        "progress": PackageResources.progress_mustache,
        "recent": PackageResources.recent_mustache,
        "reminders": PackageResources.reminders_mustache,
        "silence": PackageResources.silence_mustache,
        "stages": PackageResources.stages_mustache,
        "status": PackageResources.status_mustache,
        "status_page": PackageResources.status_page_mustache,
        "banner_part": PackageResources.banner_part_mustache,
        "plan_change": PackageResources.plan_change_mustache,
        "unsubscribe": PackageResources.unsubscribe_mustache,
        "usage": PackageResources.usage_mustache,
        "webhooks": PackageResources.webhooks_mustache,
    ]

    /// - Throws: a `MustacheTemplate.Error` for one that is malformed.
    static func library() throws -> MustacheLibrary {
        MustacheLibrary(
            templates: try all.mapValues { try MustacheTemplate(string: String(decoding: $0, as: UTF8.self)) })
    }
}
