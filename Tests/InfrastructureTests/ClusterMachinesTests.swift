import AsyncHTTPClient
import Foundation
import Hummingbird
import HummingbirdTesting
import JSON
import Kubernetes
import Logging
import Synchronization
import Testing

@testable import Cluster

/// Machines are made by the real client, from clouds that are played and refuse what the real ones would refuse.
struct ClusterMachinesTests {
    static let key = "ssh-ed25519 AAAAC3Nza host@example"

    static func inventory(workers: Int = 0, controls: Int = 1) -> Inventory {
        func node(_ index: Int, _ role: Inventory.Role) -> Inventory.Node {
            let isControl = role == .controlPlane
            return .init(
                name: "\(isControl ? "control" : "worker")-\(index)", role: role, type: isControl ? "cpx21" : "cpx41",
                privateAddress: "10.0.1.\((isControl ? 10 : 20) + index)", volumeSize: isControl ? nil : 100)
        }
        return Inventory(
            name: "c", location: "fsn1", registry: "registry.example",
            network: .init(zone: "eu-central", range: "10.0.0.0/16", subnet: "10.0.1.0/24"),
            dns: .init(zone: StandInClouds.zone, names: ["agents.example"], proxied: false),
            adminRanges: ["203.0.113.7/32"], sshKeys: [key], loadBalancer: .init(type: "lb11"),
            kubernetes: .init(podRange: "10.42.0.0/16", serviceRange: "10.43.0.0/16", maxPods: 200),
            etcdBackups: .init(endpoint: "s3.example", region: "eu", bucket: "etcd"),
            nodes: (1...controls).map { node($0, .controlPlane) } + (0..<workers).map { node($0 + 1, .worker) })
    }

    /// How long the client has waited, without anybody having to.
    final class Pauses: Sendable {
        let all = Mutex<[Duration]>([])
        var pause: @Sendable (Duration) async throws -> Void { { [self] duration in all.withLock { $0.append(duration) } } }
    }

    /// Runs `body` with machines whose clouds are played.
    static func run<Result: Sendable>(
        _ clouds: StandInClouds, _ inventory: Inventory, pauses: Pauses = Pauses(),
        _ body: @Sendable (ClusterMachines) async throws -> Result
    ) async throws -> Result {
        let result = Mutex<Result?>(nil)
        let application = Application(
            router: clouds.router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)))
        try await application.test(.live) { client in
            let url = "http://127.0.0.1:\(try #require(client.port))"
            let machines = ClusterMachines(
                inventory: inventory,
                hetzner: HetznerClient(
                    httpClient: .shared, baseURL: url, token: StandInClouds.token, pause: pauses.pause),
                cloudflare: CloudflareClient(
                    httpClient: .shared, baseURL: url, token: StandInClouds.token, zone: StandInClouds.zone,
                    pause: pauses.pause), logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
            let value = try await body(machines)
            result.withLock { $0 = value }
        }
        return try #require(result.withLock { $0 })
    }

    @Test(arguments: [(1, 0), (1, 2), (3, 17)])
    func makesEverythingOnceHoweverManyNodesThereAre(controls: Int, workers: Int) async throws {
        let clouds = StandInClouds(slowness: 4, pageSize: 3)
        let inventory = Self.inventory(workers: workers, controls: controls)
        try await Self.run(clouds, inventory) { machines in
            let world = try await machines.apply()
            #expect(try ClusterPlan(inventory, world).changes() == [])
            let made = clouds.state.withLock { $0.effects }
            #expect(Set(made).count == made.count)
            #expect(made.count { $0.hasPrefix("create servers") } == controls + workers)
            #expect(made.count { $0.hasPrefix("create volumes") } == workers)
            #expect(made.last == "create record agents.example")
            // Again, without a second effect.
            _ = try await machines.apply()
            #expect(clouds.state.withLock { $0.effects } == made)
            #expect(world.addresses(inventory).count == inventory.nodes.count)
            #expect(world.toInstall(inventory).count == inventory.nodes.count)
        }
    }

    @Test func goesOnAfterAFailureAtAnyRequest() async throws {
        let inventory = Self.inventory()
        let whole = StandInClouds()
        try await Self.run(whole, inventory) { _ = try await $0.apply() }
        let (requests, effects) = whole.state.withLock { ($0.requests, $0.effects) }
        #expect(requests > 20)
        for index in 0..<requests {
            for failure in StandInClouds.Failure.allCases {
                let clouds = StandInClouds(failures: [index: failure])
                try await Self.run(clouds, inventory) { machines in
                    do {
                        _ = try await machines.apply()
                    } catch {
                        _ = try await machines.apply()
                    }
                }
                let found = clouds.state.withLock { $0.effects }
                #expect(found == effects, "after request \(index) failed: \(failure)")
            }
        }
    }

    @Test func waitsAsLongAsItIsToldTo() async throws {
        let pauses = Pauses()
        try await Self.run(StandInClouds(failures: [3: .rateLimit]), Self.inventory(), pauses: pauses) {
            _ = try await $0.apply()
        }
        #expect(pauses.all.withLock { $0 }.contains(.seconds(7)))
    }

    @Test func saysWhatItWillMakeAndWhatThatCosts() async throws {
        let inventory = Self.inventory(workers: 1)
        try await Self.run(StandInClouds(), inventory) { machines in
            let prices = try await machines.prices()
            let changes = try ClusterPlan(inventory, try await machines.world(), prices: prices).changes()
            #expect(
                changes.map(\.subject) == [
                    "SSH key c-1", "network c", "firewall c", "placement group c-control-plane-1",
                    "placement group c-worker-1", "server c-control-1", "server c-control-1", "server c-worker-1",
                    "server c-worker-1", "volume c-worker-1-data", "load balancer c", "DNS record agents.example",
                ])
            // 7.55 + 26.49 + two addresses + 100 GB + the load balancer.
            let more: Int = changes.compactMap(\.price).reduce(0, +)
            #expect(more == 4483)
            #expect(prices.total(inventory) == 4483)
            #expect(prices.text(4403) == "44.03 EUR")
        }
    }

    @Test func refusesATypeThatIsNotToBeHadBeforeAnythingIsMade() async throws {
        var inventory = Self.inventory()
        inventory.nodes[0].type = "cpx99"
        let clouds = StandInClouds()
        try await Self.run(clouds, inventory) { machines in
            let error = await #expect(throws: Inventory.Invalid.self) { try await machines.prices() }
            #expect(error?.faults == ["cpx99 isn't a server that fsn1 has"])
        }
        inventory.nodes[0].type = "cax21"
        try await Self.run(clouds, inventory) { machines in
            let error = await #expect(throws: Inventory.Invalid.self) { try await machines.prices() }
            #expect(error?.faults == ["control-1: a cax21 is no x86_64-linux"])
        }
        #expect(clouds.state.withLock { $0.effects } == [])
    }

    @Test func putsTheFirewallsRulesBack() async throws {
        let clouds = StandInClouds()
        let inventory = Self.inventory()
        try await Self.run(clouds, inventory) { machines in
            _ = try await machines.apply()
            clouds.state.withLock { $0.objects["firewalls"]?[0]["rules"] = [] }
            var shown: [String] = []
            _ = try await machines.apply { shown.append($0.description) }
            #expect(shown == ["~ firewall c: its rules differ"])
            #expect(clouds.state.withLock { $0.objects["firewalls"]?[0]["rules"]?.elements.count } == 2)
        }
    }

    @Test func leavesARecordAloneThatSomebodyElseHasMade() async throws {
        let clouds = StandInClouds()
        clouds.state.withLock {
            $0.records = [["id": "record-1", "type": "A", "name": "agents.example", "content": "198.51.100.9"]]
        }
        let inventory = Self.inventory()
        try await Self.run(clouds, inventory) { machines in
            await #expect(throws: Inventory.Invalid.self) { try await machines.apply() }
        }
        #expect(clouds.state.withLock { $0.effects } == [])
    }

    @Test func refusesWhatAServerCanNotBecome() async throws {
        let clouds = StandInClouds()
        var inventory = Self.inventory()
        try await Self.run(clouds, inventory) { _ = try await $0.apply() }
        inventory.nodes[0].type = "cpx41"
        let world = try await Self.run(clouds, inventory) { try await $0.world() }
        let error = #expect(throws: Inventory.Invalid.self) { try ClusterPlan(inventory, world).changes() }
        #expect(error?.faults == ["control-1 is a cpx21, not a cpx41: remove it and add another one"])
    }

    @Test func deletesAWorkerThatIsNamedAndNothingElse() async throws {
        let clouds = StandInClouds()
        try await Self.run(clouds, Self.inventory(workers: 2)) { machines in
            _ = try await machines.apply()
            await #expect(throws: Inventory.Invalid.self) { try await machines.delete(worker: "control-1") }
            try await machines.delete(worker: "worker-2")
            try await machines.delete(worker: "worker-2")
        }
        let deleted = clouds.state.withLock { $0.effects }.filter { $0.hasPrefix("delete") }
        #expect(deleted == ["delete servers c-worker-2"])
        #expect(clouds.state.withLock { $0.objects["volumes"]?.count } == 2)
    }

    @Test func doesNotInstallTwice() async throws {
        let inventory = Self.inventory()
        try await Self.run(StandInClouds(), inventory) { machines in
            let world = try await machines.apply()
            #expect(world.toInstall(inventory).map(\.name) == ["control-1"])
            try await machines.markInstalled(inventory.nodes[0])
            #expect(try await machines.world().toInstall(inventory) == [])
            #expect(try ClusterPlan(inventory, try await machines.world()).changes() == [])
        }
    }
}
