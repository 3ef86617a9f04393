import FoundationEssentials
import JSON
import Kubernetes

/// The difference between an inventory and the world: a pure function, the same for the plan that is shown and for what is done.
package struct ClusterPlan: Sendable {
    let inventory: Inventory
    let world: World
    let prices: Prices?

    package init(_ inventory: Inventory, _ world: World, prices: Prices? = nil) {
        self.inventory = inventory
        self.world = world
        self.prices = prices
    }

    /// In the order in which they have to be made. Nothing is ever deleted.
    /// - Throws: ``Inventory/Invalid`` where what is there can't become what is wanted.
    package func changes() throws(Inventory.Invalid) -> [Change] {
        try checkWhatCannotChange()
        return keys + [network, firewall].compactMap(\.self) + groups + inventory.nodes.flatMap(server)
            + [balancer].compactMap(\.self)
            + (try records())
    }

    private var labels: JSONValue { [Label.cluster: .string(inventory.name)] }

    private func missing(_ collection: String, _ name: String, _ words: String, _ detail: String = "", _ body: JSONValue)
        -> Change?
    {
        guard world.find(collection, name) == nil else { return nil }
        return Change(subject: "\(words) \(name)", detail: detail, request: .create(collection, body))
    }

    // MARK: What all nodes share

    private var keys: [Change] {
        inventory.sshKeys.enumerated().compactMap { index, key in
            let known = world.hetzner["ssh_keys"]?.contains { Self.isSame($0["public_key"]?.string, key) } ?? false
            if known { return nil }
            return missing(
                "ssh_keys", inventory.keyName(index), "SSH key", "",
                ["name": .string(inventory.keyName(index)), "public_key": .string(key), "labels": labels])
        }
    }

    /// The comment at the end of a key is ignored.
    private static func isSame(_ known: String?, _ key: String) -> Bool {
        known?.split(separator: " ").prefix(2) == key.split(separator: " ").prefix(2)
    }

    private var network: Change? {
        missing(
            "networks", inventory.name, "network", inventory.network.range,
            [
                "name": .string(inventory.name), "ip_range": .string(inventory.network.range), "labels": labels,
                "subnets": [
                    [
                        "type": "cloud", "network_zone": .string(inventory.network.zone),
                        "ip_range": .string(inventory.network.subnet),
                    ]
                ],
            ])
    }

    private var rules: JSONValue {
        let everywhere: JSONValue = ["0.0.0.0/0", "::/0"]
        return [
            [
                "direction": "in", "protocol": "tcp", "port": "22", "description": "SSH",
                "source_ips": .array(inventory.adminRanges.map { .string($0) }),
            ],
            ["direction": "in", "protocol": "icmp", "description": "ping", "source_ips": everywhere],
        ]
    }

    private var firewall: Change? {
        let made = missing(
            "firewalls", inventory.name, "firewall", "SSH from \(inventory.adminRanges.joined(separator: ", "))",
            ["name": .string(inventory.name), "rules": rules, "labels": labels])
        guard made == nil, let firewall = world.find("firewalls", inventory.name), let id = firewall["id"]?.integer,
            !Self.isSame(rules: firewall["rules"] ?? [], self.rules)
        else { return made }
        return Change(
            subject: "firewall \(inventory.name)", detail: "its rules differ",
            request: .act("firewalls", id, "set_rules", ["rules": rules]))
    }

    /// The server adds fields of its own, such as empty destinations.
    private static func isSame(rules: JSONValue, _ wanted: JSONValue) -> Bool {
        func texts(_ rules: JSONValue) -> Set<String> {
            Set(
                rules.elements.map { rule in
                    let sources = (rule["source_ips"]?.elements ?? []).compactMap(\.string).sorted().joined(separator: ",")
                    return [rule["direction"]?.string, rule["protocol"]?.string, rule["port"]?.string ?? "", sources]
                        .map { $0 ?? "" }.joined(separator: " ")
                })
        }
        return texts(rules) == texts(wanted)
    }

    private var groups: [Change] {
        inventory.placementGroups.compactMap { name in
            missing(
                "placement_groups", name, "placement group", "each server on a machine of its own",
                ["name": .string(name), "type": "spread", "labels": labels])
        }
    }

    // MARK: Nodes

    private func server(_ node: Inventory.Node) -> [Change] {
        let name = inventory.serverName(node)
        guard let server = world.find("servers", name), let id = server["id"]?.integer else {
            var change = Change(
                subject: "server \(name)", detail: "\(node.type) in \(inventory.location)", request: creation(of: node))
            change.price = prices?.server(node.type)
            return [change] + [attachment(node, nil), volume(node, nil)].compactMap(\.self)
        }
        return [attachment(node, server, id), volume(node, id)].compactMap(\.self)
    }

    private func creation(of node: Inventory.Node) -> Change.Request {
        let keys = inventory.sshKeys.indices.compactMap { index in
            world.hetzner["ssh_keys"]?.first { Self.isSame($0["public_key"]?.string, inventory.sshKeys[index]) }?["id"]
        }
        guard let firewall = world.id("firewalls", inventory.name),
            let group = world.id("placement_groups", inventory.placementGroup(node)), keys.count == inventory.sshKeys.count
        else { return .later }
        return .create(
            "servers",
            [
                "name": .string(inventory.serverName(node)), "server_type": .string(node.type),
                "location": .string(inventory.location),
                // nixos-anywhere starts from this image and replaces it.
                "image": "debian-12",
                "ssh_keys": .array(keys), "firewalls": [["firewall": .integer(firewall)]],
                "placement_group": .integer(group), "start_after_create": true,
                "public_net": ["enable_ipv4": true, "enable_ipv6": true],
                "labels": [Label.cluster: .string(inventory.name), Label.role: .string(node.role.rawValue)],
            ])
    }

    private func attachment(_ node: Inventory.Node, _ server: JSONValue?, _ id: Int64? = nil) -> Change? {
        let isAttached = server?["private_net"]?.elements.contains { $0["ip"]?.string == node.privateAddress } ?? false
        if isAttached { return nil }
        var request = Change.Request.later
        if let id, let network = world.id("networks", inventory.name) {
            request = .act(
                "servers", id, "attach_to_network",
                ["network": .integer(network), "ip": .string(node.privateAddress)])
        }
        return Change(
            subject: "server \(inventory.serverName(node))", detail: "\(node.privateAddress) on the private network",
            request: request)
    }

    private func volume(_ node: Inventory.Node, _ server: Int64?) -> Change? {
        let name = inventory.volumeName(node)
        guard let size = node.volumeSize, world.find("volumes", name) == nil else { return nil }
        var change = Change(
            subject: "volume \(name)", detail: "\(size) GB",
            request: server.map {
                .create(
                    "volumes",
                    [
                        "name": .string(name), "size": .integer(Int64(size)), "server": .integer($0), "automount": false,
                        "format": "ext4", "labels": labels,
                    ])
            } ?? .later)
        change.price = prices?.volume(size)
        return change
    }

    // MARK: The way in

    private var balancer: Change? {
        guard world.find("load_balancers", inventory.name) == nil else { return nil }
        func service(_ port: Int64) -> JSONValue {
            [
                "protocol": "tcp", "listen_port": .integer(port), "destination_port": .integer(port),
                "proxyprotocol": true,
                "health_check": [
                    "protocol": "tcp", "port": .integer(port), "interval": 15, "timeout": 10, "retries": 3,
                ],
            ]
        }
        let selector = "\(Label.cluster)=\(inventory.name),\(Label.role)=\(Inventory.Role.worker.rawValue)"
        var request = Change.Request.later
        if let network = world.id("networks", inventory.name) {
            request = .create(
                "load_balancers",
                [
                    "name": .string(inventory.name), "load_balancer_type": .string(inventory.loadBalancer.type),
                    "location": .string(inventory.location), "network": .integer(network), "public_interface": true,
                    "algorithm": ["type": "round_robin"], "services": [service(80), service(443)],
                    "targets": [
                        [
                            "type": "label_selector", "label_selector": ["selector": .string(selector)],
                            "use_private_ip": true,
                        ]
                    ],
                    "labels": labels,
                ])
        }
        var change = Change(
            subject: "load balancer \(inventory.name)", detail: "\(inventory.loadBalancer.type), to the workers",
            request: request)
        change.price = prices?.loadBalancer(inventory.loadBalancer.type)
        return change
    }

    private var comment: String { "openclaw-cloud: \(inventory.name)" }

    /// - Throws: ``Inventory/Invalid`` for a record that somebody else has made.
    private func records() throws(Inventory.Invalid) -> [Change] {
        var changes: [Change] = []
        for name in inventory.dns.names {
            let found = world.records.filter {
                $0["name"]?.string == name && ["A", "AAAA", "CNAME"].contains($0["type"]?.string)
            }
            if let foreign = found.first(where: { $0["comment"]?.string != comment }) {
                throw Inventory.Invalid(faults: [
                    "\(name) has a \(foreign["type"]?.string ?? "") record that isn't this cluster's: delete it, or give it the "
                        + "comment \"\(comment)\""
                ])
            }
            let address = world.siteAddress(inventory)
            let record: JSONValue = [
                "type": "A", "name": .string(name), "content": .string(address ?? ""), "ttl": 1,
                "proxied": .bool(inventory.dns.proxied), "comment": .string(comment),
            ]
            let detail = address.map { "to \($0)" } ?? "to the load balancer"
            guard let known = found.first, let id = known["id"]?.string else {
                changes.append(
                    Change(
                        subject: "DNS record \(name)", detail: detail,
                        request: address == nil ? .later : .createRecord(record)))
                continue
            }
            let isRight = known["content"]?.string == address && known["proxied"]?.bool == inventory.dns.proxied
            if !isRight {
                changes.append(
                    Change(
                        subject: "DNS record \(name)", detail: detail,
                        request: address == nil ? .later : .updateRecord(id, record)))
            }
        }
        return changes
    }

    // MARK: What can't change

    /// A server at Hetzner keeps its type and location. A difference is for a person to resolve.
    private func checkWhatCannotChange() throws(Inventory.Invalid) {
        var faults: [String] = []
        for node in inventory.nodes {
            guard let server = world.find("servers", inventory.serverName(node)) else { continue }
            if let type = server["server_type"]?["name"]?.string, type != node.type {
                faults.append("\(node.name) is a \(type), not a \(node.type): remove it and add another one")
            }
            if server["labels"]?[Label.cluster]?.string != inventory.name {
                faults.append("there is a server \(inventory.serverName(node)) that isn't this cluster's")
            }
            let others = server["private_net"]?.elements.compactMap { $0["ip"]?.string } ?? []
            if !others.isEmpty, !others.contains(node.privateAddress) {
                faults.append("\(node.name) has \(others[0]) on its private network, not \(node.privateAddress)")
            }
        }
        if let network = world.find("networks", inventory.name), network["ip_range"]?.string != inventory.network.range {
            faults.append("network \(inventory.name) has another range: \(network["ip_range"]?.string ?? "none")")
        }
        if !faults.isEmpty { throw Inventory.Invalid(faults: faults) }
    }
}
