import FoundationEssentials
import JSON
import Kubernetes
package import Logging

/// Makes the machines of an inventory, and what connects them: level-triggered, so that whatever went wrong, the next run goes on.
package struct ClusterMachines: Sendable {
    private let inventory: Inventory
    private let hetzner: HetznerClient
    private let cloudflare: CloudflareClient
    private let logger: Logger

    package init(inventory: Inventory, hetzner: HetznerClient, cloudflare: CloudflareClient, logger: Logger) {
        self.inventory = inventory
        self.hetzner = hetzner
        self.cloudflare = cloudflare
        self.logger = logger
    }

    /// - Throws: ``CloudAPIError``.
    package func world() async throws -> World {
        var world = World()
        for collection in World.collections { world.hetzner[collection] = try await hetzner.list(collection) }
        world.records = try await records()
        return world
    }

    private func records() async throws -> [JSONValue] {
        try await cloudflare.records().filter { inventory.dns.names.contains($0["name"]?.string ?? "") }
    }

    /// The price list, after every type of the inventory was found on it.
    /// - Throws: ``Inventory/Invalid``, ``CloudAPIError``.
    package func prices() async throws -> Prices {
        let prices = Prices(try await hetzner.get("/pricing"), location: inventory.location)
        var faults = Set(inventory.nodes.map(\.type)).sorted().filter { prices.server($0) == nil }.map {
            "\($0) isn't a server that \(inventory.location) has"
        }
        if prices.loadBalancer(inventory.loadBalancer.type) == nil {
            faults.append("\(inventory.loadBalancer.type) isn't a load balancer that \(inventory.location) has")
        }
        let types = try await hetzner.list("server_types")
        for node in inventory.nodes {
            let architecture = types.first { $0["name"]?.string == node.type }?["architecture"]?.string
            let wanted = node.system.hasPrefix("aarch64") ? "arm" : "x86"
            if let architecture, architecture != wanted {
                faults.append("\(node.name): a \(node.type) is no \(node.system)")
            }
        }
        guard faults.isEmpty else { throw Inventory.Invalid(faults: faults) }
        return prices
    }

    /// One change after the other, each worked out from what is there by then.
    /// - Parameter show: is told of each change before it is made.
    /// - Returns: what is there in the end.
    /// - Throws: ``Inventory/Invalid``, ``CloudAPIError``. Whatever it throws, running it again goes on.
    package func apply(show: (Change) -> Void = { _ in }) async throws -> World {
        var last: Change?
        var attempts = 0
        var world = try await world()
        while true {
            guard let change = try ClusterPlan(inventory, world).changes().first(where: { $0.request != .later }) else {
                return world
            }
            attempts = change == last ? attempts + 1 : 0
            guard attempts < 4 else {
                throw CloudAPIError(
                    api: "Hetzner", status: nil, code: "no_effect",
                    message: "\(change.subject) isn't made, whatever is asked")
            }
            if attempts == 0 { show(change) }
            last = change
            do {
                try await perform(change.request)
            } catch let error as CloudAPIError where error.isPassing || error.code == "uniqueness_error" {
                // It may have been made all the same: what is there says.
                logger.warning("asking again", metadata: ["change": "\(change.subject)", "error": "\(error)"])
            }
            // Only what can have changed by that.
            if let collection = change.request.collection {
                world.hetzner[collection] = try await hetzner.list(collection)
            } else {
                world.records = try await records()
            }
        }
    }

    private func perform(_ request: Change.Request) async throws {
        switch request {
        case .create(let collection, let body): try await hetzner.create(collection, body)
        case .act(let collection, let id, let action, let body): try await hetzner.act(collection, id, action, body)
        case .createRecord(let record): try await cloudflare.create(record)
        case .updateRecord(let id, let record): try await cloudflare.update(id, record)
        case .later: break
        }
    }

    /// Notes that a node has its system, so that it isn't installed again.
    package func markInstalled(_ node: Inventory.Node) async throws {
        guard let server = try await world().find("servers", inventory.serverName(node)), let id = server["id"]?.integer
        else { return }
        var labels = server["labels"] ?? [:]
        labels[Label.installed] = "yes"
        try await hetzner.update("servers", id, ["labels": labels])
    }

    /// Deletes one worker's server. Its volume stays.
    /// - Throws: ``Inventory/Invalid`` for what is no worker of this cluster.
    package func delete(worker name: String) async throws {
        let found = try await hetzner.list("servers").first { $0["name"]?.string == "\(inventory.name)-\(name)" }
        guard let server = found, let id = server["id"]?.integer else { return }
        guard server["labels"]?[Label.cluster]?.string == inventory.name,
            server["labels"]?[Label.role]?.string == Inventory.Role.worker.rawValue
        else { throw Inventory.Invalid(faults: ["\(name) is no worker of \(inventory.name), and isn't touched"]) }
        try await hetzner.delete("servers", id)
    }
}
