import Foundation
import Testing

/// The program from the outside, as a shell sees it.
struct CommandTests {
    private struct Result {
        let status: Int32
        let output: String
    }

    /// Runs it in a folder of its own, where nothing of an earlier run lies.
    private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = ServerProcess.executable
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin", "HOME": NSHomeDirectory()]) { own, _ in own }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return Result(status: process.end(with: 0), output: output)
    }

    @Test func demoEndsWithZeroAfterTheAgentAnsweredAndItsTokensWereCounted() throws {
        let result = try run(["demo"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("✓") && !result.output.contains("✗"))
        #expect(result.output.contains("used "))
    }

    @Test func demoFailsWhereNothingAnswers() throws {
        let result = try run(["demo", "--site", "http://127.0.0.1:\(freePort())"])
        #expect(result.status != 0)
    }

    @Test func configRedactsSecrets() throws {
        let result = try run(
            ["config"], ["STRIPE_SECRET_KEY": "sk_live_do_not_show", "STRIPE_WEBHOOK_SECRETS": "whsec_hidden"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("STRIPE_SECRET_KEY=[redacted]"))
        #expect(!result.output.contains("do_not_show") && !result.output.contains("hidden"))
    }

    @Test func badConfigurationIsRefusedWithEveryFault() throws {
        let result = try run(
            ["serve"], ["WEB_PORT": "99999", "LOG_LEVEL": "loud", "STRIPE_SECRET_KEY": "sk_live_x", "PUBLIC_URL": "ftp://x"])
        #expect(result.status != 0)
        for name in ["WEB_PORT", "LOG_LEVEL", "STRIPE_WEBHOOK_SECRETS", "PUBLIC_URL"] {
            #expect(result.output.contains("- \(name)"), "\(name) is named: \(result.output)")
        }
        #expect(!result.output.contains("sk_live_x"))
    }

    /// Else the list would be empty, as though there were no such agents.
    @Test(arguments: [
        ("boxes", "--state"), ("customers", "--subscription"), ("subscriptions", "--status"), ("events", "--state"),
        ("alerts", "--state"),
    ])
    func aStateThatThereIsNotIsRefusedWithThoseThatThereAre(_ list: String, _ option: String) throws {
        let result = try run(["admin", list, "list", option, "loud"])
        #expect(result.status == 64)
        #expect(result.output.contains("loud is none of "))
    }

    @Test(arguments: [
        "ghcr.io/openclaw/openclaw", "ghcr.io/openclaw/openclaw:latest", "ghcr.io/openclaw/openclaw:",
        "localhost:5000/openclaw",
        "openclaw 2026.9.4", "ghcr.io/openclaw/:1",
    ])
    func anImageOfTheAgentsThatIsNotPinnedIsRefused(_ image: String) throws {
        let result = try run(["config"], ["AGENT_IMAGE": image, "ALERT_MAIL_TO": "nobody"])
        #expect(result.status != 0)
        #expect(result.output.contains("- AGENT_IMAGE must") && result.output.contains("- ALERT_MAIL_TO must"))
    }

    @Test(arguments: [
        "", "localhost:5000/openclaw:2026.9.4", "ghcr.io/openclaw/openclaw@sha256:\(String(repeating: "0a", count: 32))",
    ])
    func anImageOfTheAgentsIsPinnedByATagOrADigest(_ image: String) throws {
        let result = try run(["config"], ["AGENT_IMAGE": image, "ALERT_MAIL_TO": "host@cloud.example"])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func aStoreForBackupsIsSetAltogetherOrNotAtAll() throws {
        let all = [
            "BACKUP_S3_ENDPOINT": "https://s3.example", "BACKUP_S3_BUCKET": "backups", "BACKUP_S3_ACCESS_KEY_ID": "AKID",
            "BACKUP_S3_SECRET_ACCESS_KEY": "do-not-show", "PLATFORM_IMAGE": "openclaw-cloud:1",
        ]
        let complete = try run(["config"], all)
        #expect(complete.status == 0, "\(complete.output)")
        #expect(complete.output.contains("BACKUP_S3_SECRET_ACCESS_KEY=[redacted]"))
        for name in all.keys {
            let result = try run(["config"], all.filter { $0.key != name })
            #expect(result.status != 0)
            #expect(result.output.contains("- \(name) must be set"), "\(result.output)")
            #expect(!result.output.contains("do-not-show"))
        }
        for (name, value) in [
            ("PLATFORM_IMAGE", "openclaw-cloud"), ("BACKUP_S3_BUCKET", "a/b"), ("BACKUP_S3_ENDPOINT", "s3"),
        ] {
            let result = try run(["config"], all.merging([name: value]) { $1 })
            #expect(result.output.contains("- \(name) must"), "\(result.output)")
        }
    }

    @Test(arguments: [
        ("https://proxy.example.com/v1", false), ("http://token-proxy.platform.svc.cluster.local:8082/v1", true),
        ("http://192.0.2.7:8082/v1", true), ("https://proxy.example.com:8443/v1", false),
    ])
    func aServiceThatStrictAgentsCannotReachIsRefused(url: String, isReached: Bool) throws {
        for setting in ["AGENT_TOKEN_PROXY_URL", "AGENT_TOOLS_URL"] {
            let strict = try run(["config"], ["AGENT_EGRESS": "strict", setting: url])
            #expect((strict.status == 0) == isReached, "\(strict.output)")
            #expect(strict.output.contains("- \(setting) must name a Service") != isReached)
            let open = try run(["config"], ["AGENT_EGRESS": "open", setting: url])
            #expect((open.status == 0) == (isReached || url == "https://proxy.example.com/v1"), "\(open.output)")
        }
    }

    @Test(arguments: ["/nowhere/openclaw", "/tmp", "/etc/passwd"])
    func anAgentsProgramThatIsNoneIsRefused(_ path: String) throws {
        let result = try run(["config"], ["AGENT_EXECUTABLE": path])
        #expect(result.status != 0)
        #expect(result.output.contains("- AGENT_EXECUTABLE must be a program's file, and '\(path)' is none"))
        #expect(try run(["config"], ["AGENT_EXECUTABLE": "/bin/sh"]).status == 0)
    }

    @Test func aWrongKubeconfigStopsTheOperatorAndNobodyElse() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-cloud-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let environment = ["KUBECONFIG": folder + "/none", "DATA_DIR": folder, "LOG_LEVEL": "error"]
        let operating = try run(["operator"], environment)
        #expect(operating.status != 0)
        #expect(operating.output.contains("- KUBECONFIG doesn't lead to a cluster"), "\(operating.output)")
        let issuing = try run(["admin", "token", "issue", "--tokens", "5"], environment)
        #expect(issuing.status == 0, "\(issuing.output)")
    }

    @Test func aSecondServeOnTheSameDataIsRefused() async throws {
        let server = ServerProcess()
        try await server.start()
        defer { server.tearDown() }
        let result = try run(["serve"], server.environment)
        #expect(result.status != 0)
        #expect(result.output.contains("Another openclaw-cloud is using"), "\(result.output)")
    }

    @Test func sigtermDrainsAndEndsWithZeroAndLeavesNoAgentBehind() async throws {
        let server = ServerProcess()
        try await server.start()
        defer { server.tearDown() }
        #expect(server.stop() == [0], "\(server.log)")
        #expect(try server.agentProcesses() == 0)
    }

    // MARK: Fit for strangers

    private static let mail = ["SMTP_URL": "smtps://mail.example"]
    private static let keys = [
        "KIMI_API_KEY": "k", "STRIPE_SECRET_KEY": "sk_test_1234", "STRIPE_WEBHOOK_SECRETS": "whsec_1234",
        "TELEGRAM_BOT_TOKEN": "1:abc",
    ]

    @Test(arguments: [
        ("a public site without mail", keys.merging(["PUBLIC_URL": "https://claw.example"]) { $1 }, ["SMTP_URL"]),
        (
            "a live key and nothing else", ["STRIPE_SECRET_KEY": "sk_live_1234", "STRIPE_WEBHOOK_SECRETS": "whsec_1234"],
            ["KIMI_API_KEY", "TELEGRAM_BOT_TOKEN", "SMTP_URL"]
        ),
        (
            "a restricted live key, and one part named",
            keys.merging(["STRIPE_SECRET_KEY": "rk_live_1234", "SANDBOX_PARTS": "kimi", "KIMI_API_KEY": ""]) { $1 },
            ["SMTP_URL"]
        ),
        (
            "an address in the network",
            ["PUBLIC_URL": "http://192.168.1.5:8080", "SANDBOX_PARTS": "mail,kimi,telegram"], ["STRIPE_SECRET_KEY"]
        ),
    ])
    func whatIsMeantForStrangersIsNotHalfPlayed(_ name: String, _ environment: [String: String], missing: [String]) throws {
        let result = try run(["serve"], environment)
        #expect(result.status != 0)
        for setting in ["KIMI_API_KEY", "STRIPE_SECRET_KEY", "TELEGRAM_BOT_TOKEN", "SMTP_URL"] {
            let isNamed = result.output.contains("- \(setting) must be set")
            #expect(isNamed == missing.contains(setting), "\(name): \(result.output)")
        }
    }

    @Test func aServiceThatRunsApartNeedsTheKeysOfItsOwnPartsOnly() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-cloud-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let environment = ["PUBLIC_URL": "https://claw.example", "DATA_DIR": folder, "TOKEN_PROXY_PORT": "1"]
        #expect(try run(["token-proxy"], environment).output.contains("- KIMI_API_KEY must be set"))
        // It gets further: nobody may listen on that host.
        let proxy = try run(["token-proxy"], environment.merging(["KIMI_API_KEY": "k", "HOST": "192.0.2.1"]) { $1 })
        #expect(proxy.output.contains("TOKEN_PROXY_PORT=1") && !proxy.output.contains("must be set"), "\(proxy.output)")
    }

    @Test(arguments: [
        ("STRIPE_WEBHOOK_SECRETS", "whsec_"), ("STRIPE_SECRET_KEY", "pk_test_1234"), ("STRIPE_SECRET_KEY", "sk_"),
        ("SMTP_URL", "smtp://user:hunter2@host:99999"), ("MAIL_FROM", "Claw <hello>"), ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("SANDBOX_PARTS", "post"), ("STRIPE_PROMOTION_CODES", "yes"), ("STRIPE_AUTOMATIC_TAX", "1"), ("TRIAL_DAYS", "0"),
        ("TRIAL_DAYS", "731"), ("TRIAL_DAYS", "a week"),
    ])
    func aSettingThatCannotBeMeantIsRefusedByItsName(name: String, value: String) throws {
        let result = try run(["config"], Self.keys.merging([name: value]) { $1 })
        #expect(result.status != 0)
        #expect(result.output.contains("- \(name) "), "\(result.output)")
        #expect(!result.output.contains("hunter2"))
    }

    @Test func theExamplesMailServerIsAccepted() throws {
        let result = try run(["config"], ["SMTP_URL": "smtp://user:password@host:587"])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func whatLiesInTheDataFolderIsNobodyElses() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-cloud-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let open: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: open)
        let database = folder + "/openclaw-cloud.sqlite"
        #expect(FileManager.default.createFile(atPath: database, contents: nil, attributes: open))
        let result = try run(["admin", "token", "issue", "--tokens", "5"], ["DATA_DIR": folder, "LOG_LEVEL": "error"])
        #expect(result.status == 0, "\(result.output)")
        for path in try [folder] + FileManager.default.subpathsOfDirectory(atPath: folder).map({ folder + "/" + $0 }) {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect((mode ?? 0o777) & 0o077 == 0, "\(path) is open to others")
        }
    }
}
