// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room of the house: it may import what is named here and nothing else.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let mustache = product(name: "Mustache", package: "swift-mustache")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioFoundationCompat = product(name: "NIOFoundationCompat", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let tracing = product(name: "Tracing", package: "swift-distributed-tracing")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
    static let systemPackage = product(name: "SystemPackage", package: "swift-system")
}

let package = Package(
    name: "openclaw-cloud",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "openclaw-cloud", targets: ["openclaw-cloud"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: [.defaults, "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", exact: "1.4.1"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // Values and rules, no I/O.
        room("Core"),
        room("JSON"),
        room("Prometheus"),

        // Storage.
        room("SQL", [.logging]),
        room("SQLite", ["SQL", .grdb, .grdbSQLite, .logging]),
        room("Postgres", ["SQL", "CLibPQ", .logging]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        // What ties a request, its jobs and its calls together.
        room("Telemetry", [.tracing]),
        room("Jobs", ["Core", "SQL", "Telemetry", .logging, .serviceLifecycle, .tracing]),
        room("Store", ["Core", "SQL", "Jobs", .crypto], resources: [.embedInCode("Migrations")]),

        // Clients: they speak the vendor's language and know nothing of ours.
        room("Stripe", [.asyncHTTPClient, .nioCore, .nioHTTP1, .crypto]),
        room("Telegram", [.asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix]),
        room("SMTP", [.nioCore, .nioPosix, .nioSSL]),
        room("Redis", [.logging, .nioCore, .nioPosix, .nioSSL]),
        room("ModelAPI"),
        room(
            "OTLP", ["Core", "Telemetry", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .serviceLifecycle, .tracing]),
        room("S3", [.crypto]),
        room(
            "Kubernetes",
            ["JSON", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .nioSSL, .subprocess, .systemPackage, .yams]),

        // The platform's own objects in a cluster, and the machines under it.
        room(
            "Cluster",
            [
                "JSON", "Kubernetes", .asyncHTTPClient, .crypto, .logging, .nioCore, .nioHTTP1, .subprocess, .systemPackage,
            ]),

        // An agent's parent.
        room(
            "BoxSupervisor",
            [
                "Core", "Telegram", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .nioPosix, .serviceLifecycle,
                .subprocess, .systemPackage,
            ]),

        // Features: they meet through stored state and job arguments.
        room("Identity", ["Core", "SQL", "Store", "Jobs", .crypto]),
        room("Account", ["Core", "SQL", "Store", "Jobs"]),
        room("Billing", ["Core", "SQL", "Store", "Jobs", "Stripe", .logging]),
        room("Notifications", ["Core", "SQL", "Store", "Jobs", "SMTP", "Telegram", .logging]),
        room(
            "Onboarding",
            [
                "Core", "SQL", "Store", "Jobs", "Telegram", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1,
                .serviceLifecycle,
            ]),
        room(
            "Operator",
            [
                "BoxSupervisor", "Core", "JSON", "SQL", "Store", "Jobs", "Kubernetes", "S3", .asyncHTTPClient, .crypto,
                .logging, .nioCore, .nioHTTP1, .nioPosix, .serviceLifecycle, .systemPackage,
            ]),

        // Tells customers' own programs what happens.
        room(
            "Webhooks",
            [
                "Core", "SQL", "Store", "Jobs", "HTTPSupport", .asyncHTTPClient, .crypto, .logging, .nioCore, .nioHTTP1,
                .nioPosix,
            ]),

        // What the host sees and does, in the browser and on the terminal.
        room("HostDesk", ["Core", "SQL", "Store", "Jobs", .crypto]),

        // The hot path.
        room(
            "TokenProxy",
            [
                "Core", "ModelAPI", "Prometheus", "Telemetry", .asyncHTTPClient, .nioCore, .nioPosix, .nioHTTP1, .nioSSL,
                .crypto, .logging, .serviceLifecycle, .tracing,
            ]),

        // HTTP.
        room(
            "HTTPSupport",
            [
                "Core", "Prometheus", "SQL", "Store", "Telemetry", "CZlib", .hummingbird, .httpTypes, .nioCore,
                .nioHTTPTypes,
                .logging, .crypto, .serviceLifecycle, .tracing,
            ]),
        room(
            "AgentTools",
            [
                "Core", "JSON", "SQL", "Store", "Jobs", "Telegram", "HTTPSupport", .asyncHTTPClient, .hummingbird,
                .httpTypes, .logging, .nioCore, .nioHTTP1,
            ]),
        room(
            "API",
            ["Account", "Core", "SQL", "Store", "Jobs", "HTTPSupport", .hummingbird, .httpTypes, .nioCore],
            resources: [.embedInCode("Resources")]),
        room(
            "Web",
            [
                "Account", "Core", "SQL", "Store", "Jobs", "HTTPSupport", "Identity", "Billing", "HostDesk", "Notifications",
                "Onboarding", .crypto,
                .hummingbird, .httpTypes, .mustache, .nioCore, .serviceLifecycle,
            ], resources: [.embedInCode("Resources")]),

        // The stand-ins for Kimi, Stripe, Telegram and SMTP, and the stand-in agent.
        room(
            "Sandbox",
            [
                "JSON", "SQL", "Stripe", "Telegram", "ModelAPI", .asyncHTTPClient, .crypto, .hummingbird, .httpTypes,
                .mustache, .nioCore, .nioHTTP1, .nioPosix, .logging, .serviceLifecycle, .subprocess, .systemPackage,
            ], resources: [.embedInCode("Resources")]),

        // Configuration, wiring, commands.
        room(
            "CloudApp",
            [
                "Core", "JSON", "SQL", "SQLite", "Postgres", "Store", "Jobs", "Kubernetes", "Cluster", "S3", "Stripe",
                "Telegram",
                "SMTP", "ModelAPI", "Identity", "Billing", "Notifications", "Onboarding", "Operator", "TokenProxy",
                "HTTPSupport", "Account", "AgentTools", "API", "HostDesk", "Web", "Webhooks", "Sandbox", "BoxSupervisor",
                "OTLP", "Redis", "Telemetry",
                .argumentParser, .asyncHTTPClient, .configuration, .crypto, .hummingbird, .logging, .nioCore, .nioHTTP1,
                .nioPosix, .serviceLifecycle, .systemPackage, .tracing, .unixSignals,
            ]),
        .executableTarget(name: "openclaw-cloud", dependencies: ["CloudApp", .argumentParser], swiftSettings: settings),

        // Benchmarks of what no other package can reach; the rest is in Benchmarks/Package.swift.
        .executableTarget(
            name: "rendering-benchmark", dependencies: ["Core", "Kubernetes", "Operator", "Store", .crypto],
            path: "Benchmarks/Rendering", swiftSettings: settings),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Core", "SQL", "SQLite", "Postgres", "Store", "Jobs", .crypto, .logging],
            path: "Tests/TestSupport", exclude: ["localhost-certificate"], swiftSettings: settings),
        tests(
            "APITests",
            [
                "API", "Account", "Core", "HTTPSupport", "Identity", "Jobs", "SQL", "Store", "TestSupport", .hummingbird,
                .hummingbirdTesting, .httpTypes, .logging, .nioCore,
            ]),
        tests(
            "AgentToolsTests",
            [
                "AgentTools", "Core", "HTTPSupport", "JSON", "Jobs", "SQL", "Sandbox", "Store", "Telegram", "TestSupport",
                .asyncHTTPClient, .crypto, .hummingbird, .hummingbirdTesting, .httpTypes, .logging, .nioCore,
            ]),
        tests("AccountTests", ["Account", "Core", "Jobs", "SQL", "Store", "TestSupport"]),
        tests("ArchitectureTests", []),
        tests(
            "BillingTests",
            [
                "Billing", "Core", "Jobs", "SQL", "Sandbox", "Store", "Stripe", "TestSupport", .asyncHTTPClient,
                .hummingbird, .hummingbirdTesting, .logging, .nioCore, .nioHTTP1,
            ]),
        tests(
            "HTTPSupportTests",
            [
                "HTTPSupport", "Core", "Jobs", "SQL", "Store", "Telemetry", "TestSupport", .hummingbird,
                .hummingbirdTesting, .httpTypes, .logging, .nioCore, .nioPosix, .serviceLifecycle, .tracing,
            ]),
        // On a real Kubernetes: see scripts/test-cluster.
        tests(
            "ClusterTests",
            [
                "Operator", "Core", "JSON", "Jobs", "Kubernetes", "S3", "SQL", "Store", "TestSupport", .asyncHTTPClient,
                .crypto, .logging,
                .nioCore, .nioHTTP1,
                .serviceLifecycle,
            ]),
        tests(
            "InfrastructureTests",
            [
                "Cluster", "CloudApp", "JSON", "Kubernetes", .argumentParser, .asyncHTTPClient, .configuration, .hummingbird,
                .hummingbirdTesting, .httpTypes, .logging, .nioCore, .nioHTTP1,
            ]),
        tests("HostDeskTests", ["HostDesk", "Core", "Jobs", "SQL", "Store", "TestSupport", .crypto]),
        tests("IdentityTests", ["Identity", "Core", "Jobs", "SQL", "Store", "TestSupport"]),
        tests(
            "JourneyTests",
            [
                "BoxSupervisor", "CloudApp", "Core", "HostDesk", "Onboarding", "TestSupport", "openclaw-cloud",
                .asyncHTTPClient, .nioCore, .nioFoundationCompat, .nioHTTP1,
            ]),
        tests(
            "JobsTests",
            ["Jobs", "Core", "Postgres", "SQL", "Telemetry", "TestSupport", .logging, .serviceLifecycle, .tracing]),
        tests(
            "KubernetesTests", ["JSON", "Kubernetes", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .nioPosix, .nioSSL]),
        tests(
            "WebhooksTests",
            [
                "Webhooks", "Core", "Jobs", "SQL", "Store", "TestSupport", .hummingbird, .hummingbirdTesting, .httpTypes,
                .logging, .nioCore, .nioPosix,
            ]),
        tests(
            "CloudAppTests",
            [
                "CloudApp", "Core", "Jobs", "SQL", "Store", "Telegram", "TestSupport", .asyncHTTPClient, .hummingbird,
                .hummingbirdTesting, .httpTypes, .logging, .nioCore,
            ]),
        tests("ModelAPITests", ["ModelAPI"]),
        tests(
            "NotificationsTests",
            [
                "Notifications", "Core", "Jobs", "SMTP", "SQL", "SQLite", "Sandbox", "Store", "Telegram", "TestSupport",
                .logging, .serviceLifecycle,
            ]),
        tests(
            "OnboardingTests",
            [
                "Onboarding", "Core", "Jobs", "SQL", "SQLite", "Sandbox", "Store", "Telegram", "TestSupport",
                .asyncHTTPClient, .crypto, .hummingbird, .hummingbirdTesting, .logging, .nioCore, .nioHTTP1,
                .serviceLifecycle,
            ]),
        tests(
            "OperatorTests",
            [
                "Operator", "BoxSupervisor", "Core", "JSON", "Jobs", "Kubernetes", "S3", "SQL", "Sandbox", "Store",
                "TestSupport", .asyncHTTPClient, .crypto, .logging, .nioCore, .nioHTTP1, .nioPosix, .serviceLifecycle,
                .subprocess, .systemPackage,
            ]),
        tests("RedisTests", ["Redis", .nioCore]),
        // Several processes on one database.
        tests(
            "ReplicasTests",
            [
                "CloudApp", "Core", "HTTPSupport", "Jobs", "Postgres", "Redis", "SQL", "Store", "TestSupport", .logging,
                .nioSSL, .serviceLifecycle,
            ]),
        tests("S3Tests", ["S3"]),
        tests("SMTPTests", ["SMTP", .nioCore, .nioPosix, .nioSSL]),
        tests("SQLTests", ["SQL", "Postgres"]),
        tests(
            "SandboxTests",
            [
                "Sandbox", "BoxSupervisor", "Core", "ModelAPI", "SQL", "SQLite", "Stripe", "Telegram", "TestSupport",
                .asyncHTTPClient, .hummingbird,
                .hummingbirdTesting, .httpTypes, .logging, .nioCore, .nioHTTP1, .nioPosix, .serviceLifecycle,
            ]),
        tests("StoreConformanceTests", ["Core", "Jobs", "SQL", "Postgres", "Store", "TestSupport", .crypto, .logging]),
        tests(
            "StripeTests", ["Stripe", .asyncHTTPClient, .hummingbird, .hummingbirdTesting, .httpTypes, .logging]),
        tests(
            "OTLPTests",
            [
                "OTLP", "Telemetry", "TestSupport", .hummingbird, .hummingbirdTesting, .httpTypes, .logging, .nioCore,
                .serviceLifecycle,
                .tracing,
            ]),
        tests("TelegramTests", ["Telegram", .asyncHTTPClient]),
        tests(
            "TokenProxyTests",
            [
                "TokenProxy", "CloudApp", "Core", "Jobs", "ModelAPI", "SQL", "SQLite", "Sandbox", "Store", "TestSupport",
                .asyncHTTPClient, .hummingbird, .logging, .nioCore, .nioHTTP1, .nioPosix, .serviceLifecycle,
            ]),
        tests(
            "WebTests",
            [
                "Web", "Account", "Billing", "Core", "HTTPSupport", "HostDesk", "Identity", "Jobs", "Notifications",
                "Onboarding", "SQL",
                "Store", "Stripe",
                "Telegram", "TestSupport", .asyncHTTPClient, .crypto, .hummingbird, .hummingbirdTesting, .httpTypes,
                .logging, .mustache, .nioCore, .nioHTTP1,
            ]),
    ]
)
