import FoundationEssentials

@testable import Kubernetes

/// A plugin that is a shell script, and what keeps its credentials, by a clock that stands still.
struct ExecPluginStage: Sendable {
    let folder: ConfigurationFolder
    let store: CredentialStore
    let clock: SteppedClock

    /// - Parameter script: runs in the folder.
    static func with(
        _ script: String, timeLimit: Duration = .seconds(30), _ body: (ExecPluginStage) async throws -> Void
    ) async throws {
        try await ConfigurationFolder.with { folder in
            var plugin = try Self.plugin(script, in: folder)
            plugin.timeLimit = timeLimit
            let clock = SteppedClock()
            let store = CredentialStore(.exec(plugin), now: clock.now, date: { Sample.date })
            try await body(ExecPluginStage(folder: folder, store: store, clock: clock))
        }
    }

    /// By way of `/bin/sh`: a file just written can't always be executed while other tests start processes.
    static func plugin(_ script: String, in folder: ConfigurationFolder) throws -> ExecPlugin {
        let path = try folder.write("script", "cd '\(folder.path)'\n" + script)
        return ExecPlugin(
            subject: "The user \"ada\"", command: "/bin/sh", arguments: [path], environment: [:], apiVersion: .v1,
            cluster: nil, installHint: nil)
    }

    /// A script that counts its runs in the file `runs`, and prints credentials; `$n` in them is the number of the run.
    static func prints(_ status: String, version: String = "v1") -> String {
        """
        echo run >> runs
        n=$(grep -c run runs)
        cat <<END
        {"apiVersion": "client.authentication.k8s.io/\(version)", "kind": "ExecCredential", "status": {\(status)}}
        END
        """
    }
}
