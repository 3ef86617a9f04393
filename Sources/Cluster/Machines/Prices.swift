import FoundationEssentials
import JSON
import Kubernetes

/// What things cost a month, in hundredths of the currency, without tax.
package struct Prices: Sendable, Hashable {
    package var currency: String
    var servers: [String: Int]
    var loadBalancers: [String: Int]
    /// A GB of a volume, in millionths.
    var volumeGB: Int
    /// An IPv4 address, which every server has.
    var address: Int

    func server(_ type: String) -> Int? { servers[type].map { $0 + address } }
    func loadBalancer(_ type: String) -> Int? { loadBalancers[type] }
    func volume(_ size: Int) -> Int { (size * volumeGB + 5000) / 10000 }

    /// What the whole inventory costs; `nil` where one of its types isn't on the list.
    package func total(_ inventory: Inventory) -> Int? {
        var sum = 0
        for node in inventory.nodes {
            guard let price = server(node.type) else { return nil }
            sum += price + (node.volumeSize.map(volume) ?? 0)
        }
        return loadBalancer(inventory.loadBalancer.type).map { sum + $0 }
    }

    /// Such as `31.21 EUR`.
    package func text(_ hundredths: Int) -> String {
        let cents = String(hundredths % 100)
        return "\(hundredths / 100).\(cents.count == 1 ? "0" + cents : cents) \(currency)"
    }

    /// - Parameters:
    ///   - pricing: the answer to `GET /pricing` (https://docs.hetzner.cloud/reference/cloud#pricing).
    ///   - location: where the cluster is.
    init(_ pricing: JSONValue, location: String) {
        let pricing = pricing["pricing"] ?? [:]
        func monthly(_ entry: JSONValue) -> Int? {
            entry["prices"]?.elements.first { $0["location"]?.string == location }.flatMap {
                Self.hundredths($0["price_monthly"]?["net"])
            }
        }
        func byName(_ list: String) -> [String: Int] {
            (pricing[list]?.elements ?? []).reduce(into: [:]) { $0[$1["name"]?.string ?? ""] = monthly($1) }
        }
        currency = pricing["currency"]?.string ?? ""
        servers = byName("server_types")
        loadBalancers = byName("load_balancer_types")
        volumeGB = Self.number(pricing["volume"]?["price_per_gb_month"]?["net"]).map { Int(($0 * 1_000_000).rounded()) } ?? 0
        address = pricing["primary_ips"]?.elements.first { $0["type"]?.string == "ipv4" }.flatMap(monthly) ?? 0
    }

    private static func number(_ value: JSONValue?) -> Double? { value?.string.flatMap { Double($0) } }
    private static func hundredths(_ value: JSONValue?) -> Int? { number(value).map { Int(($0 * 100).rounded()) } }
}
