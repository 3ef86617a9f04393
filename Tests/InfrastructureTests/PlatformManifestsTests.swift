import ArgumentParser
import Configuration
import Foundation
import JSON
import Kubernetes
import Testing

@testable import CloudApp
@testable import Cluster

/// What has to hold of the objects themselves, `scripts/validate-manifests` says; this is what they are worked out from.
struct PlatformManifestsTests {
    private let configuration: CloudConfiguration

    init() throws {
        configuration = try Self.configuration([:])
    }

    private static func configuration(_ variables: [String: String]) throws -> CloudConfiguration {
        try CloudConfiguration(ConfigReader(providers: [EnvironmentVariablesProvider(environmentVariables: variables)]))
    }

    private func manifests(
        _ overlay: Overlay = .production, variables: [String: String] = [:], plans: String? = nil,
        release: KubernetesRelease = .whole, database: PlatformManifests.Database = .inside(image: "postgres@sha256:1")
    ) -> PlatformManifests {
        PlatformManifests(
            namespace: "platform", overlay: overlay, services: configuration.platformServices,
            image: "openclaw-cloud@sha256:0", database: database, variables: variables, plans: plans, ingress: nil,
            release: release, access: [])
    }

    /// What the flake's kubenix modules are made of. After a change on purpose: UPDATE_GOLDEN=1, and look at the difference.
    @Test func theFlakeHasTheSameObjects() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "deploy/k8s/platform.json")
        let image = "openclaw-cloud@sha256:" + String(repeating: "0", count: 64)
        let command = try #require(
            try ClusterRenderCommand.parseAsRoot(["--image", image, "--format", "json"]) as? ClusterRenderCommand)
        let rendered = try command.text(ConfigReader(providers: [EnvironmentVariablesProvider(environmentVariables: [:])]))
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil { try Data(rendered.utf8).write(to: file) }
        #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test func everyRoleButTheSandboxIsAService() {
        #expect(configuration.platformServices.map(\.name) == Role.allCases.filter { $0 != .sandbox }.map(\.rawValue))
    }

    @Test func theTokenProxyHoldsItsUpstreamsKeysAndNothingElseThatIsSealed() throws {
        let services = configuration.platformServices
        let proxy = try #require(services.first { $0.name == "token-proxy" })
        let stores = ["DATABASE_", "REDIS_"]
        let others = proxy.secrets.map(\.name).filter { name in !stores.contains { name.hasPrefix($0) } }
        #expect(others == ["KIMI_API_KEY", "FALLBACK_API_KEY"])
        for service in services where service.name != "token-proxy" {
            #expect(!service.secrets.contains { $0.name == "KIMI_API_KEY" })
            #expect(service.secrets.contains { $0.name == "ENCRYPTION_KEY" && $0.isRequired })
        }
    }

    @Test func everySecretGoesToAServiceOrStaysWithTheHost() throws {
        let whole = try Self.configuration([
            "TRANSCRIPTION_BASE_URL": "https://voice.example/v1", "TRANSCRIPTION_API_KEY": "sk-voice",
            "SEARCH_PROVIDER": "brave", "SEARCH_API_KEY": "key",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "https://traces.example:4318", "OTEL_EXPORTER_OTLP_HEADERS": "x-key=key",
        ])
        let asked = Set(whole.platformServices.flatMap(\.secrets).map(\.name))
        for setting in Setting.allCases where setting.isSecret {
            #expect(asked.contains(setting.rawValue) != Setting.ofTheHost.contains(setting), "\(setting)")
        }
    }

    @Test func everyServiceReachesTheCollectorOfTraces() throws {
        let services = try Self.configuration(["OTEL_EXPORTER_OTLP_ENDPOINT": "https://traces.example:4318"])
            .platformServices
        #expect(services.allSatisfy { $0.egress.contains { String(decoding: $0.text(), as: UTF8.self).contains("4318") } })
        #expect(
            !configuration.platformServices.contains {
                $0.egress.contains { String(decoding: $0.text(), as: UTF8.self).contains("4318") }
            })
    }

    @Test func onlyTheOperatorHasATokenOfTheCluster() {
        #expect(configuration.platformServices.filter(\.reachesCluster).map(\.name) == ["operator"])
    }

    @Test func noSecretIsSharedAsASetting() {
        for setting in Setting.allCases where setting.isSecret { #expect(!setting.isSharedInCluster, "\(setting)") }
    }

    /// Telegram's poller has a lease; every other part of a service may run twice.
    @Test(arguments: Overlay.allCases)
    func noServiceIsAwayDuringARollout(overlay: Overlay) throws {
        for object in manifests(overlay).objects where object.type.kind == "Deployment" {
            let strategy = object["spec"]?["strategy"]
            #expect(strategy?["rollingUpdate"]?["maxUnavailable"] == 0, "\(object.name)")
            let hasBudget = manifests(overlay).objects.contains {
                $0.type.kind == "PodDisruptionBudget" && $0.name == object.name
            }
            #expect(hasBudget == (overlay == .production), "\(object.name)")
        }
    }

    @Test func keepsTheTokenProxysJournalOnAVolume() throws {
        let proxy = try #require(manifests().objects.first { $0.type.kind == "StatefulSet" && $0.name == "token-proxy" })
        #expect(proxy["spec"]?["volumeClaimTemplates"]?.elements.first?["metadata"]?["name"] == "data")
    }

    @Test func leavesTheNumberOfPodsToTheAutoscaler() {
        let objects = manifests().objects
        let scaled = objects.filter { $0.type.kind == "HorizontalPodAutoscaler" }.map(\.name)
        #expect(scaled == ["web", "api", "token-proxy", "agent-tools"])
        for name in scaled {
            #expect(objects.first { $0.name == name && $0["spec"]?["template"] != nil }?["spec"]?["replicas"] == nil)
        }
        #expect(!manifests(.staging).objects.contains { $0.type.kind == "HorizontalPodAutoscaler" })
    }

    @Test func startsPodsAnewWhenTheirSettingsChange() {
        #expect(manifests().configurationHash == manifests().configurationHash)
        #expect(manifests().configurationHash != manifests(variables: ["LOG_LEVEL": "debug"]).configurationHash)
        #expect(manifests().configurationHash != manifests(plans: "{}").configurationHash)
    }

    @Test func hasNoDatabaseWhereThereIsOneElsewhere() {
        #expect(manifests().objects.contains { $0.name == "postgres" })
        #expect(!manifests(database: .outside(ports: [5432])).objects.contains { $0.name.hasPrefix("postgres") })
    }

    @Test func asksAnOldReleaseForWhatItHas() {
        func version(_ release: KubernetesRelease, _ kind: String) -> String? {
            manifests(release: release).objects.first { $0.type.kind == kind }?.type.apiVersion
        }
        #expect(version(.init(minor: 20), "PodDisruptionBudget") == "policy/v1beta1")
        #expect(version(.whole, "PodDisruptionBudget") == "policy/v1")
        #expect(version(.init(minor: 20), "CronJob") == "batch/v1beta1")
        #expect(KubernetesRelease("1.37")?.hasAdmissionPolicies == true)
        #expect(KubernetesRelease("1.29")?.hasAdmissionPolicies == false)
        #expect(KubernetesRelease("2.1") == nil && KubernetesRelease("1.19") == nil && KubernetesRelease("x") == nil)
    }
}
