package import SQL

/// The product's schema.
package enum Migrations {
    package static let all: [Migration] = [
        Migration(number: 1, name: "product", sql: text(PackageResources.m001_product_sql)),
        Migration(number: 2, name: "jobs", sql: text(PackageResources.m002_jobs_sql)),
        Migration(number: 3, name: "leases", sql: text(PackageResources.m003_leases_sql)),
        Migration(number: 4, name: "agents", sql: text(PackageResources.m004_agents_sql)),
        Migration(number: 5, name: "backups", sql: text(PackageResources.m005_backups_sql)),
        Migration(number: 6, name: "units", sql: text(PackageResources.m006_units_sql)),
        Migration(number: 7, name: "reminders", sql: text(PackageResources.m007_reminders_sql)),
        Migration(number: 8, name: "proved_addresses", sql: text(PackageResources.m008_proved_addresses_sql)),
        Migration(number: 9, name: "what_used_it", sql: text(PackageResources.m009_what_used_it_sql)),
        Migration(number: 10, name: "billing", sql: text(PackageResources.m010_billing_sql)),
        Migration(number: 11, name: "guide", sql: text(PackageResources.m011_guide_sql)),
        Migration(number: 12, name: "leader_leases", sql: text(PackageResources.m012_leader_leases_sql)),
        Migration(number: 13, name: "job_priorities", sql: text(PackageResources.m013_job_priorities_sql)),
        Migration(number: 14, name: "restarts", sql: text(PackageResources.m014_restarts_sql)),
        Migration(number: 15, name: "accounts", sql: text(PackageResources.m015_accounts_sql)),
        Migration(number: 16, name: "host", sql: text(PackageResources.m016_host_sql)),
        Migration(number: 17, name: "reconciliation", sql: text(PackageResources.m017_reconciliation_sql)),
        Migration(number: 18, name: "notices_and_nights", sql: text(PackageResources.m018_notices_and_nights_sql)),
        Migration(number: 19, name: "telegram_chat", sql: text(PackageResources.m019_telegram_chat_sql)),
        Migration(number: 20, name: "webhooks", sql: text(PackageResources.m020_webhooks_sql)),
        Migration(number: 21, name: "status", sql: text(PackageResources.m021_status_sql)),
        Migration(number: 22, name: "owner_messages", sql: text(PackageResources.m022_owner_messages_sql)),
        Migration(number: 23, name: "spares", sql: text(PackageResources.m023_spares_sql)),
        Migration(number: 24, name: "job_traces", sql: text(PackageResources.m024_job_traces_sql)),
    ]

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
