import ArgumentParser
import Core
import FoundationEssentials
import Logging
import OTLP
import ServiceLifecycle
import TokenProxy
import Tracing
import UnixSignals

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Starts what the service commands ask for, and ends it in order.
enum Launcher {
    /// Sets logging up and reads the configuration.
    /// - Throws: ``CloudConfiguration/Invalid``.
    static func prepare(isSettingUp: Bool = false) async throws -> (CloudConfiguration, Logger) {
        // What we write holds customers' data, whatever folder it lands in.
        umask(0o077)
        LoggingSystem.bootstrapForStandardError()
        #if DEBUG
            try armKillPoint()
        #endif
        let configuration = try CloudConfiguration(try await CloudConfiguration.reader(), isSettingUp: isSettingUp)
        var logger = Logger(label: "openclaw-cloud")
        logger.logLevel = configuration.logLevel
        return (configuration, logger)
    }

    /// Runs until SIGTERM or SIGINT, then drains: listeners close, running jobs and streams end, agents are stopped.
    /// - Throws: an error that is fit to be shown.
    static func run(_ roles: Set<Role>, sharing: DataDirectory.Sharing) async throws {
        let (configuration, logger) = try await prepare()
        try configuration.checkParts(of: roles)
        let descriptors = DescriptorLimit.raise()
        if descriptors < 4096 {
            logger.warning(
                "few files may be open at once; raise the limit (ulimit -n)", metadata: ["limit": "\(descriptors)"])
        }
        let traces = configuration.traces?.exporter(for: roles, logger: logger)
        // HTTP clients ask for the tracer when they are made.
        if let traces { InstrumentationSystem.bootstrap(OTLPTracer(exporter: traces)) }
        let platform = try await Platform.open(
            configuration, sharing: sharing, opensSecrets: roles != [.tokenProxy],
            reachesCluster: roles.contains(.operator), logger: logger)
        do {
            let composition = try Composition(
                platform, roles: roles, isAlone: sharing == .exclusive, isMeantForUse: true, descriptors: descriptors)
            try await PortCheck(configuration).run(roles)
            var settings = ServiceGroupConfiguration(
                // What starts last is told first to stop.
                services: try await (traces.map { [$0] } ?? []) + composition.services() + [ShutdownDeadline(seconds: 50)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            // Longer than any service's own patience; after it, what still runs is cancelled.
            settings.maximumGracefulShutdownDuration = .seconds(40)
            let group = ServiceGroup(configuration: settings)
            try await group.run()
        } catch {
            await platform.close()
            throw error
        }
        await platform.close()
    }

    /// Runs what an `admin` command does, beside whatever else runs on the same data.
    /// - Throws: what `body` throws.
    static func withPlatform(
        reachesCluster: Bool = false, isSettingUp: Bool = false, _ body: (Platform) async throws -> Void
    ) async throws {
        let (configuration, logger) = try await prepare(isSettingUp: isSettingUp)
        let platform = try await Platform.open(
            configuration, sharing: .unlocked, reachesCluster: reachesCluster, logger: logger)
        do {
            try await platform.noteCommand()
            try await body(platform)
        } catch {
            await platform.close()
            throw error
        }
        await platform.close()
    }

    #if DEBUG
        /// Lets the trials of the books kill this process where they want (`KILL_AT=<point>:<n>`); debug builds only.
        private static func armKillPoint() throws {
            guard let text = ProcessInfo.processInfo.environment["KILL_AT"], !text.isEmpty else { return }
            guard KillPoint.arm(text) else {
                let points = KillPoint.allCases.map(\.rawValue).joined(separator: ", ")
                throw CloudConfiguration.Invalid(faults: ["KILL_AT must be <point>:<n>; the points are \(points)"])
            }
        }
    #endif
}
