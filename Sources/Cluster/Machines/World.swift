import JSON
import Kubernetes

/// What is there already, of what bears the cluster's name.
package struct World: Sendable {
    /// Hetzner's objects by their collection, such as `servers`.
    var hetzner: [String: [JSONValue]] = [:]
    /// Cloudflare's records of the names that the cluster wants.
    var records: [JSONValue] = []

    /// The collections that a cluster is made of.
    static let collections = [
        "ssh_keys", "networks", "firewalls", "placement_groups", "servers", "volumes", "load_balancers",
    ]

    func find(_ collection: String, _ name: String) -> JSONValue? {
        hetzner[collection]?.first { $0["name"]?.string == name }
    }

    func id(_ collection: String, _ name: String) -> Int64? { find(collection, name)?["id"]?.integer }

    /// Where the site is: the load balancer's public address.
    func siteAddress(_ inventory: Inventory) -> String? {
        find("load_balancers", inventory.name)?["public_net"]?["ipv4"]?["ip"]?.string
    }

    /// The public addresses of the nodes that there are.
    package func addresses(_ inventory: Inventory) -> [String: String] {
        inventory.nodes.reduce(into: [:]) { addresses, node in
            addresses[node.name] = find("servers", inventory.serverName(node))?["public_net"]?["ipv4"]?["ip"]?.string
        }
    }

    /// The nodes whose servers are there, but have no system of ours yet.
    package func toInstall(_ inventory: Inventory) -> [Inventory.Node] {
        inventory.nodes.filter { node in
            guard let server = find("servers", inventory.serverName(node)) else { return false }
            return server["labels"]?[Label.installed]?.string != "yes"
        }
    }
}

/// What objects at Hetzner are marked with (https://docs.hetzner.cloud/reference/cloud#labels).
enum Label {
    static let cluster = "cluster"
    static let role = "role"
    static let installed = "installed"
}

extension Inventory {
    func serverName(_ node: Node) -> String { "\(name)-\(node.name)" }
    func volumeName(_ node: Node) -> String { "\(name)-\(node.name)-data" }
    func keyName(_ index: Int) -> String { "\(name)-\(index + 1)" }

    /// A spread group takes ten servers (https://docs.hetzner.cloud/reference/cloud#placement-groups).
    func placementGroup(_ node: Node) -> String {
        let alike = nodes.filter { $0.role == node.role }
        let index = alike.firstIndex { $0.name == node.name } ?? 0
        return "\(name)-\(node.role.rawValue)-\(index / 10 + 1)"
    }

    var placementGroups: [String] {
        nodes.map(placementGroup).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
