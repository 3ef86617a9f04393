/// The words by which each list of the host's can be narrowed down, in the browser and on the terminal.
package enum HostStates {
    /// Of a customer's last subscription; `none` for those without one.
    package static let customers = ["active", "trialing", "past_due", "unpaid", "paused", "canceled", "none"]
    package static let subscriptions = [
        "active", "trialing", "past_due", "unpaid", "paused", "canceled", "incomplete", "incomplete_expired",
    ]
    /// `trouble`: meant to run, and doesn't run as it should.
    package static let boxes = ["trouble", "provisioning", "running", "failed", "suspended", "deleted"]
    package static let events = ["waiting", "handled"]
    package static let alerts = ["open", "acknowledged"]
    package static let backups = ["running", "done", "failed"]
}
