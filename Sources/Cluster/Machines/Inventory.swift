package import FoundationEssentials
import JSON
import Kubernetes

/// `deploy/cluster.json`: the machines that are wanted. The flake reads the same file.
package struct Inventory: Sendable, Hashable, Codable {
    /// Of the cluster; everything that is made for it bears it.
    package var name: String
    /// Hetzner's, such as `fsn1`.
    package var location: String
    package var registry: String
    package var network: Network
    package var dns: DNS
    /// Who may reach SSH.
    package var adminRanges: [String]
    package var sshKeys: [String]
    package var loadBalancer: LoadBalancer
    package var kubernetes: Kubernetes
    package var etcdBackups: Bucket
    package var nodes: [Node]

    package struct Network: Sendable, Hashable, Codable {
        package var zone: String
        package var range: String
        package var subnet: String
    }

    package struct DNS: Sendable, Hashable, Codable {
        /// Cloudflare's id of the zone.
        package var zone: String
        package var names: [String]
        package var proxied: Bool
    }

    package struct LoadBalancer: Sendable, Hashable, Codable {
        package var type: String
    }

    package struct Kubernetes: Sendable, Hashable, Codable {
        package var podRange: String
        package var serviceRange: String
        package var maxPods: Int
    }

    package struct Bucket: Sendable, Hashable, Codable {
        package var endpoint: String
        package var region: String
        package var bucket: String
    }

    package enum Role: String, Sendable, Hashable, Codable {
        case controlPlane = "control-plane"
        case worker
    }

    package struct Node: Sendable, Hashable, Codable {
        package var name: String
        package var role: Role
        /// Hetzner's, such as `cpx41`.
        package var type: String
        package var privateAddress: String
        package var interface: String
        package var disk: String
        package var system: String
        /// GB of a volume of its own.
        package var volumeSize: Int?

        package init(
            name: String, role: Role, type: String, privateAddress: String, interface: String = "enp7s0",
            disk: String = "/dev/sda", system: String = "x86_64-linux", volumeSize: Int? = nil
        ) {
            self.name = name
            self.role = role
            self.type = type
            self.privateAddress = privateAddress
            self.interface = interface
            self.disk = disk
            self.system = system
            self.volumeSize = volumeSize
        }
    }

    /// Every fault of an inventory.
    package struct Invalid: Error, CustomStringConvertible {
        package let faults: [String]

        package init(faults: [String]) {
            self.faults = faults
        }

        package var description: String {
            "The inventory can't be used:\n" + faults.map { "  - \($0)\n" }.joined()
        }
    }
}

extension Inventory {
    /// - Throws: ``Invalid``.
    package init(json: Data) throws(Invalid) {
        do {
            self = try JSONDecoder().decode(Inventory.self, from: json)
            let given = try JSONDecoder().decode(JSONValue.self, from: json)
            let understood = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(self))
            let unknown = Self.unknownFields(given, understood, path: "")
            guard unknown.isEmpty else { throw Invalid(faults: unknown.map { "\($0) isn't a field of it" }) }
        } catch let error as Invalid {
            throw error
        } catch let error as DecodingError {
            throw Invalid(faults: [Self.words(error)])
        } catch {
            throw Invalid(faults: ["it is no JSON: \(error)"])
        }
        let faults = faults
        guard faults.isEmpty else { throw Invalid(faults: faults) }
    }

    /// As it is written into the file.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    private static func unknownFields(_ given: JSONValue, _ understood: JSONValue, path: String) -> [String] {
        let members = given.members.flatMap { member -> [String] in
            let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
            guard let other = understood[member.name] else { return [inner] }
            return unknownFields(member.value, other, path: inner)
        }
        let entries = zip(given.elements, understood.elements).enumerated().flatMap { index, pair in
            unknownFields(pair.0, pair.1, path: "\(path)[\(index)]")
        }
        return members + entries
    }

    private static func words(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context, _ key: String? = nil) -> String {
            (context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue } + [key].compactMap(\.self))
                .joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context, key.stringValue)) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(path(context)) isn't what it should be: \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}

extension Inventory {
    package var controlPlanes: [Node] { nodes.filter { $0.role == .controlPlane } }

    private var faults: [String] {
        var faults: [String] = []
        if !Self.isName(name) { faults.append("name must be letters, digits and hyphens") }
        let names = nodes.map(\.name)
        for node in nodes where !Self.isName(node.name) { faults.append("\(node.name) is no node's name") }
        if Set(names).count != names.count { faults.append("two nodes have the same name") }
        if Set(nodes.map(\.privateAddress)).count != nodes.count { faults.append("two nodes have the same private address") }
        // etcd needs a majority of its members, so a second one makes it less available.
        if controlPlanes.count.isMultiple(of: 2) {
            faults.append("there must be an odd number of control-plane nodes, not \(controlPlanes.count)")
        }
        guard let subnet = AddressBlock(network.subnet), let range = AddressBlock(network.range) else {
            return faults + ["network.range and network.subnet must be ranges such as 10.0.0.0/16"]
        }
        if !range.contains(subnet.first) { faults.append("network.subnet isn't in network.range") }
        for node in nodes where !subnet.contains(AddressBlock.number(node.privateAddress)) {
            faults.append("\(node.name): \(node.privateAddress) isn't in network.subnet")
        }
        if adminRanges.isEmpty { faults.append("adminRanges must name who may reach SSH") }
        if sshKeys.isEmpty { faults.append("sshKeys must name who may sign in") }
        return faults
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 40 && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    /// The inventory with another worker, with the next free address.
    /// - Throws: ``Invalid`` where there is one of that name, or no address left.
    package func adding(worker name: String, like model: Node, type: String?) throws(Invalid) -> Inventory {
        guard !nodes.contains(where: { $0.name == name }) else { throw Invalid(faults: ["there is a \(name) already"]) }
        guard Self.isName(name) else { throw Invalid(faults: ["\(name) is no node's name"]) }
        let used = Set(nodes.compactMap { AddressBlock.number($0.privateAddress) })
        // The first ones are the network's own, and those of load balancers.
        guard let block = AddressBlock(network.subnet),
            let free = ((block.first + 20)..<block.last).first(where: { !used.contains($0) })
        else { throw Invalid(faults: ["network.subnet has no address left"]) }
        var inventory = self
        var node = model
        (node.name, node.type, node.privateAddress) = (name, type ?? model.type, AddressBlock.text(free))
        inventory.nodes.append(node)
        return inventory
    }
}

/// A range of IPv4 addresses.
struct AddressBlock {
    let first: UInt32
    let last: UInt32

    init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let number = Self.number(String(parts[0])), let bits = Int(parts[1]), (1...32).contains(bits)
        else { return nil }
        let size: UInt32 = bits == 32 ? 0 : UInt32.max >> bits
        first = number & ~size
        last = first | size
    }

    func contains(_ number: UInt32?) -> Bool { number.map { first <= $0 && $0 <= last } ?? false }

    static func number(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else { return nil }
        return parts.reduce(0) { $0 << 8 | UInt32($1 ?? 0) }
    }

    static func text(_ number: UInt32) -> String {
        [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
    }
}
