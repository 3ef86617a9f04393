import Core
import FoundationEssentials
package import JSON
package import Kubernetes

/// Where a pod's connections may go to, as rules of a NetworkPolicy.
package enum EgressRule {
    static let nameService: JSONValue = [
        "to": [
            [
                "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "kube-system"]],
                "podSelector": ["matchLabels": ["k8s-app": "kube-dns"]],
            ]
        ],
        "ports": [["port": 53, "protocol": "UDP"], ["port": 53, "protocol": "TCP"]],
    ]

    /// The way to one of the host's own addresses.
    /// - Returns: `nil` for a public name, which the rules for public addresses are about.
    package static func own(_ url: String) -> JSONValue? {
        guard let host = URL(string: url)?.host() else { return nil }
        let ports: JSONValue = [["port": .integer(port(of: url)), "protocol": "TCP"]]
        let labels = host.split(separator: ".").map(String.init)
        if labels.count >= 3, labels[2] == "svc" {
            // `<service>.<namespace>.svc…`: our services select their pods by this label.
            return [
                "to": [
                    [
                        "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": .string(labels[1])]],
                        "podSelector": ["matchLabels": [Tenant.Label.appName: .string(labels[0])]],
                    ]
                ],
                "ports": ports,
            ]
        }
        let isIPv6 = host.contains(":")
        guard isIPv6 || labels.count == 4 && labels.allSatisfy({ UInt8($0) != nil }) else { return nil }
        let plain = host.filter { $0 != "[" && $0 != "]" }
        return ["to": [["ipBlock": ["cidr": .string(plain + (isIPv6 ? "/128" : "/32"))]]], "ports": ports]
    }

    package static func port(of url: String) -> Int64 {
        let address = URL(string: url)
        return Int64(address?.port ?? (address?.scheme == "http" ? 80 : 443))
    }

    /// - Parameter blocked: ranges beside the private ones.
    package static func publicAddresses(port: Int64, except blocked: [String]) -> JSONValue {
        let blocked4 = PrivateRange.v4 + blocked.filter { !$0.contains(":") }
        let blocked6 = PrivateRange.v6 + blocked.filter { $0.contains(":") }
        return [
            "to": [
                ["ipBlock": ["cidr": "0.0.0.0/0", "except": .array(blocked4.map { .string($0) })]],
                ["ipBlock": ["cidr": "::/0", "except": .array(blocked6.map { .string($0) })]],
            ],
            "ports": [["port": .integer(port), "protocol": "TCP"]],
        ]
    }

    /// One port of some ranges and of nothing else.
    static func ranges(_ ranges: [String], port: Int64) -> JSONValue {
        [
            "to": .array(ranges.map { ["ipBlock": ["cidr": .string($0)]] }),
            "ports": [["port": .integer(port), "protocol": "TCP"]],
        ]
    }

    /// Telegram's own addresses (https://core.telegram.org/resources/cidr.txt).
    static let telegram: JSONValue = [
        "to": .array(
            [
                "91.105.192.0/23", "91.108.4.0/22", "91.108.8.0/22", "91.108.12.0/22", "91.108.16.0/22", "91.108.20.0/22",
                "91.108.56.0/22", "149.154.160.0/20", "185.76.151.0/24",
            ].map { ["ipBlock": ["cidr": .string($0)]] }),
        "ports": [["port": 443, "protocol": "TCP"]],
    ]
}
