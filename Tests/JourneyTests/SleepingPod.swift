import AsyncHTTPClient
import Core
import Foundation
import TestSupport

@testable import BoxSupervisor
@testable import CloudApp

/// `openclaw-cloud box` as it runs in a pod, over a bot of its own at the sandbox's Telegram, whose agent sleeps.
final class SleepingPod {
    private let folder: URL
    private let process = Process()
    private let port = freePort()

    init(_ number: Int, _ server: ServerProcess) async throws {
        folder = server.dataDirectory.appending(path: "pod-\(number)")
        struct Bot: Decodable {
            let token: String
        }
        let made = try await JourneyClient().post(
            json: ["name": "Pod", "username": "pod_\(number)_bot"], to: server.sandbox + "/phone/bots")
        let bot: Bot = try made.json()
        let settings = BoxSettings(
            agent: AgentReference(boxID: Box.ID(bits: UInt128(number)), customerID: Customer.ID(bits: UInt128(number))),
            hash: "settings",
            processHash: "process", configuration: "{}", workspace: [:], environment: [:],
            secrets: [
                SecretName.proxyToken: Secret("ocp_pod"), SecretName.gatewayToken: Secret("gateway"),
                SecretName.botToken: Secret(bot.token),
            ], memoryLimit: 1024,
            channel: .init(
                apiRoot: server.sandbox, users: [1], tokenFile: folder.appending(path: "state/bot-token-pod").path()),
            sleepAfter: .seconds(60))
        var secrets = settings.secrets.mapValues { $0.reveal() }
        secrets[BoxFolders.mark] = settings.hash
        try write([BoxFolders.manifest: BoxManifest(settings).text, BoxFolders.configuration: "{}"], to: "settings")
        try write(secrets, to: "secrets")
        let directory = AgentDirectory(
            path: folder.appending(path: "state").path(), home: folder.appending(path: "home").path())
        try directory.create()
        try directory.write(
            AgentRecord(
                agent: settings.agent, specificationHash: settings.hash, processHash: settings.processHash,
                memoryLimit: settings.memoryLimit, port: 0, asleepSince: Timestamp(Date())))
        process.executableURL = ServerProcess.executable
        process.arguments = [
            "box", "run", "--settings", folder.appending(path: "settings").path(), "--secrets",
            folder.appending(path: "secrets").path(), "--state", directory.path, "--home", directory.home, "--port",
            "\(port)",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    private func write(_ files: [String: String], to name: String) throws {
        let path = folder.appending(path: name)
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        for (file, text) in files { try Data(text.utf8).write(to: path.appending(path: file)) }
    }

    func sleeps() async -> Bool {
        let answer = try? await JourneyClient().get("http://127.0.0.1:\(port)/metrics")
        return answer?.body.contains(#"box_state{state="asleep"} 1"#) ?? false
    }

    /// - Parameter kind: as proc(5) calls it in `smaps_rollup`.
    /// - Returns: bytes; 0 where the system doesn't say.
    func memory(_ kind: String) -> Int {
        let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/smaps_rollup", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix("\(kind):") }
        return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) << 10
    }

    func tearDown() {
        _ = process.end(with: SIGTERM)
    }
}
