// swift-tools-version: 6.2

// A package of its own, so that building the product never builds what measures it.

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "upstream", targets: ["upstream"]),
        .executable(name: "load", targets: ["load"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        // What both ends need of HTTP/1.1.
        .target(name: "Wire", dependencies: [nioCore], swiftSettings: settings),
        // The model's stand-in.
        .executableTarget(
            name: "upstream", dependencies: ["Wire", argumentParser, nioCore, nioPosix], swiftSettings: settings),
        // The clients.
        .executableTarget(name: "load", dependencies: ["Wire", argumentParser, nioCore, nioPosix], swiftSettings: settings),
    ]
)
