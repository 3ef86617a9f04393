/// Where the parts of a box are in its pod. The operator makes the pod so, and `openclaw-cloud box` expects it so.
package enum BoxFolders {
    /// The ConfigMap: ``manifest``, `openclaw.json` and the workspace's files.
    package static let settings = "/box/settings"
    /// The Secret: the agent's secrets, and ``mark``.
    package static let secrets = "/box/secrets"
    /// The supervisor's own: its record and the gateway's log.
    package static let state = "/box/state"
    /// Where the supervisor itself is put, where the agent's image doesn't have it.
    package static let program = "/box/program"

    package static let manifest = "box.json"
    package static let configuration = "openclaw.json"
    /// In the Secret: ``BoxSettings/hash`` of the settings that it belongs to.
    package static let mark = "SETTINGS"

    /// Health, state and figures.
    package static let port = 18790
}
