import Core
import FoundationEssentials

/// What a box' ConfigMap says beside the files themselves.
package struct BoxManifest: Sendable, Codable {
    let agent: AgentReference
    let hash: String
    let processHash: String
    let environment: [String: String]
    /// MiB.
    let memoryLimit: Int
    let channel: BoxSettings.Channel?
    let sleepAfterMilliseconds: Int64?

    package init(_ settings: BoxSettings) {
        agent = settings.agent
        hash = settings.hash
        processHash = settings.processHash
        environment = settings.environment
        memoryLimit = settings.memoryLimit
        channel = settings.channel
        sleepAfterMilliseconds = settings.sleepAfter?.milliseconds
    }

    /// As it stands in the ConfigMap: equal settings give equal text.
    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A value of strings and numbers.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// The settings as they are mounted into a pod, and change there while it runs.
package struct MountedSettings: Sendable {
    let settings: String
    let secrets: String

    package init(settings: String = BoxFolders.settings, secrets: String = BoxFolders.secrets) {
        self.settings = settings
        self.secrets = secrets
    }

    /// Changes with what is mounted, without reading it: the kubelet swaps a link
    /// (https://kubernetes.io/docs/concepts/storage/volumes/#configmap). `nil` where there is no such link.
    var version: String? {
        let targets = [settings, secrets].compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: $0 + "/..data")
        }
        return targets.count == 2 ? targets.joined(separator: " ") : nil
    }

    /// - Returns: `nil` while they aren't all there, or don't belong together: the two folders change one after the other.
    package func read() -> BoxSettings? {
        guard let manifest = content(settings, BoxFolders.manifest),
            let head = try? JSONDecoder().decode(BoxManifest.self, from: manifest),
            text(secrets, BoxFolders.mark) == head.hash, let configuration = text(settings, BoxFolders.configuration)
        else { return nil }
        let own: Set = [BoxFolders.manifest, BoxFolders.configuration]
        let names = SecretName.inEnvironment + (head.channel == nil ? [] : [SecretName.botToken])
        let held = Dictionary(
            uniqueKeysWithValues: names.compactMap { name in text(secrets, name).map { (name, Secret($0)) } })
        guard held.count == names.count else { return nil }
        return BoxSettings(
            agent: head.agent, hash: head.hash, processHash: head.processHash, configuration: configuration,
            workspace: files(except: own), environment: head.environment, secrets: held, memoryLimit: head.memoryLimit,
            channel: head.channel, sleepAfter: head.sleepAfterMilliseconds.map { .milliseconds($0) })
    }

    private func files(except own: Set<String>) -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: settings)) ?? []
        // What begins with a dot is how the kubelet swaps all files at once.
        return names.filter { !$0.hasPrefix(".") && !own.contains($0) }.reduce(into: [:]) { files, name in
            files[name] = text(settings, name)
        }
    }

    private func content(_ folder: String, _ name: String) -> Data? {
        FileManager.default.contents(atPath: "\(folder)/\(name)")
    }

    private func text(_ folder: String, _ name: String) -> String? {
        content(folder, name).map { String(decoding: $0, as: UTF8.self) }
    }
}
