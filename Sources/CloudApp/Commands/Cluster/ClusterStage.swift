import ArgumentParser
import AsyncHTTPClient
import Cluster
import Configuration
import Core
import FoundationEssentials
import Logging

/// What the commands about machines stand on: the inventory and the two clouds.
struct ClusterStage {
    let inventory: Inventory
    let machines: ClusterMachines

    struct Options: ParsableArguments {
        @Option(help: "The machines that there shall be.")
        var inventory = "deploy/cluster.json"
    }

    /// - Throws: `Inventory.Invalid`, ``CloudConfiguration/Invalid``, and what `body` throws.
    static func run<Result>(_ options: Options, _ body: (ClusterStage) async throws -> Result) async throws -> Result {
        LoggingSystem.bootstrapForStandardError()
        let inventory = try read(options.inventory)
        var settings = SettingsReader(try await CloudConfiguration.reader())
        let (hetzner, cloudflare) = (settings.secret(.hetznerToken), settings.secret(.cloudflareToken))
        let (hetznerURL, cloudflareURL) = (settings.url(.hetznerURL), settings.url(.cloudflareURL))
        if hetzner == nil { settings.fault(.hetznerToken, "must be set: servers are made with it") }
        if cloudflare == nil { settings.fault(.cloudflareToken, "must be set: DNS records are made with it") }
        guard settings.faults.isEmpty, let hetzner, let cloudflare, let hetznerURL, let cloudflareURL else {
            throw CloudConfiguration.Invalid(faults: settings.faults)
        }
        let httpClient = HTTPClient(eventLoopGroupProvider: .singleton)
        let machines = ClusterMachines(
            inventory: inventory,
            hetzner: HetznerClient(httpClient: httpClient, baseURL: hetznerURL, token: hetzner.reveal()),
            cloudflare: CloudflareClient(
                httpClient: httpClient, baseURL: cloudflareURL, token: cloudflare.reveal(), zone: inventory.dns.zone),
            logger: Logger(label: "openclaw-cloud"))
        do {
            let result = try await body(ClusterStage(inventory: inventory, machines: machines))
            try await httpClient.shutdown()
            return result
        } catch {
            try? await httpClient.shutdown()
            throw error
        }
    }

    static func read(_ path: String) throws -> Inventory {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Inventory.Invalid(faults: ["there is no \(path): copy deploy/cluster.example.json"])
        }
        return try Inventory(json: data)
    }

    // MARK: Words

    /// What is to be made, and what that costs.
    func show(_ world: World) async throws -> [Change] {
        let prices = try await machines.prices()
        let changes = try ClusterPlan(inventory, world, prices: prices).changes()
        for change in changes {
            print(change.description + (change.price.map { "  \(prices.text($0)) a month" } ?? ""))
        }
        let more = changes.compactMap(\.price).reduce(0, +)
        print(changes.isEmpty ? "Everything is there." : "\(changes.count) changes, \(prices.text(more)) more a month.")
        if let total = prices.total(inventory) { print("All of it costs \(prices.text(total)) a month, without tax.") }
        return changes
    }

    /// Makes what is missing, and installs what is bare.
    func apply(runsTools: Bool) async throws {
        let world = try await machines.apply { print($0.description) }
        try writeAddresses(world)
        let bare = world.toInstall(inventory)
        let addresses = world.addresses(inventory)
        for node in bare {
            guard let address = addresses[node.name] else { continue }
            let command = inventory.installation(of: node, at: address)
            guard runsTools else {
                print("to run: \(command)")
                continue
            }
            print("running: \(command)")
            try await ToolRunner().run(command)
            try await machines.markInstalled(node)
        }
        guard runsTools else {
            if !bare.isEmpty { print("then: openclaw-cloud cluster apply --installed, and \(inventory.deployment)") }
            return
        }
        print("running: \(inventory.deployment)")
        try await ToolRunner().run(inventory.deployment)
    }

    func markInstalled() async throws {
        for node in try await machines.world().toInstall(inventory) { try await machines.markInstalled(node) }
    }

    /// What the flake reads beside the inventory.
    private func writeAddresses(_ world: World) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(world.addresses(inventory)).write(to: URL(filePath: "deploy/addresses.json"), options: .atomic)
    }
}
