import Testing

/// Who may import whom. The build's own check holds what `Package.swift` says; this holds what it may say.
struct ImportTests {
    /// The rooms, and what each may import besides ``everywhere``.
    private static let rooms: [String: Set<String>] = [
        "Core": [],
        "JSON": [],
        "Prometheus": [],
        "SQL": ["Logging"],
        "SQLite": ["SQL", "GRDB", "GRDBSQLite", "Logging"],
        "Postgres": ["SQL", "CLibPQ", "Logging"],
        "Telemetry": ["Tracing"],
        "Jobs": ["Core", "SQL", "Telemetry", "Logging", "ServiceLifecycle", "Tracing"],
        "Store": ["Core", "SQL", "Jobs", "Crypto", "FoundationInternationalization"],
        "OTLP": client.union(["Core", "Telemetry", "Logging", "ServiceLifecycle", "Tracing"]),
        "Stripe": client, "Telegram": client, "SMTP": client, "ModelAPI": client, "S3": client,
        "Redis": client.union(["Logging"]),
        "Kubernetes": client.union(["JSON", "Logging", "Yams", "Subprocess", "SystemPackage"]),
        "Cluster": client.union(["JSON", "Kubernetes", "Logging", "Subprocess"]),
        "BoxSupervisor": client.union(["Core", "Telegram", "Logging", "ServiceLifecycle", "Subprocess"]),
        "Identity": feature,
        "Account": feature,
        "HostDesk": feature,
        "Billing": feature.union(["Stripe"]),
        "Notifications": feature.union(["SMTP", "Telegram"]),
        "Onboarding": feature.union(["Telegram", "AsyncHTTPClient", "NIOCore", "NIOHTTP1"]),
        "AgentTools": feature.union(http).union(["HTTPSupport", "JSON", "Telegram", "AsyncHTTPClient", "NIOHTTP1"]),
        "Webhooks": feature.union(client).union(["HTTPSupport"]),
        "Operator": feature.union(client).union(["BoxSupervisor", "JSON", "Kubernetes", "S3"]),
        "TokenProxy": client.union(["Core", "ModelAPI", "Prometheus", "Telemetry", "ServiceLifecycle", "Logging", "Tracing"]
        ),
        "HTTPSupport": http.union(["Core", "Prometheus", "SQL", "Store", "Telemetry", "CZlib", "NIOHTTPTypes", "Tracing"]),
        "API": http.union(feature).union(["HTTPSupport", "Account", "Identity", "Billing"]),
        "Web": http.union(feature).union([
            "HTTPSupport", "Account", "Identity", "Billing", "HostDesk", "Notifications", "Onboarding", "Mustache",
        ]),
        "Sandbox": http.union(client).union(["JSON", "SQL", "Stripe", "Telegram", "ModelAPI", "Mustache", "Subprocess"]),
        "openclaw-cloud": ["CloudApp", "ArgumentParser"],
    ]

    private static let client: Set<String> = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "AsyncHTTPClient", "Crypto"]
    private static let feature: Set<String> = [
        "Core", "SQL", "Store", "Jobs", "Crypto", "Logging", "ServiceLifecycle",
    ]
    private static let http: Set<String> = ["Hummingbird", "HTTPTypes", "NIOCore", "Logging", "Crypto", "ServiceLifecycle"]

    /// Part of every toolchain, and no way around the rules.
    private static let everywhere: Set<String> = [
        "FoundationEssentials", "Synchronization", "Dispatch", "Glibc", "Musl", "Darwin", "SystemPackage",
    ]

    @Test(arguments: rooms.keys.sorted())
    func aRoomImportsOnlyWhatItMay(room: String) throws {
        let files = try Repository.files(in: "Sources/\(room)")
        #expect(!files.isEmpty, "Sources/\(room) has no Swift files")
        let common = room == "Core" ? ["FoundationEssentials", "Synchronization"] : Self.everywhere
        let allowed = Self.rooms[room, default: []].union(common)
        for file in files {
            for module in file.imports where !allowed.contains(module) {
                Issue.record("\(file) imports \(module), which \(room) may not")
            }
        }
    }

    @Test func everyRoomHasARule() throws {
        let targets = Set(try Repository.files(in: "Sources").map(\.target))
        #expect(targets.subtracting(Self.rooms.keys) == ["CloudApp"])
    }

    @Test func featuresNeverImportEachOther() throws {
        let features: Set<String> = [
            "Identity", "Account", "Billing", "Notifications", "Onboarding", "Operator", "AgentTools", "HostDesk",
            "Webhooks",
        ]
        for feature in features {
            for file in try Repository.files(in: "Sources/\(feature)") {
                let others = features.intersection(file.imports).subtracting([feature])
                #expect(others.isEmpty, "\(file) imports \(others)")
            }
        }
    }

    @Test func nobodyImportsAllOfFoundation() throws {
        for file in try Repository.files(in: "Sources") {
            let found = Set(file.imports).intersection(["Foundation", "FoundationNetworking", "FoundationXML"])
            #expect(found.isEmpty, "\(file) imports \(found); FoundationEssentials is a tenth of its size")
        }
    }

    @Test(arguments: [
        ("import Core", ["Core"]), ("package import SQL", ["SQL"]), ("@preconcurrency import NIOCore", ["NIOCore"]),
        ("package import protocol SQL.Database", ["SQL"]), ("    import Glibc", ["Glibc"]), ("// import Foundation", []),
        ("let important = 1", []), ("print(\"import Foundation\")", []),
    ])
    func importsAreRecognised(line: String, expected: [String]) {
        #expect(SourceFile(path: "Sources/Core/X.swift", text: line).imports == expected)
    }
}
