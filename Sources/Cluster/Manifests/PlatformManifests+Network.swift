import JSON
import Kubernetes

extension PlatformManifests {
    /// Nothing comes in and nothing goes out, but for what each service is there for.
    var networkPolicies: [KubernetesObject] {
        [
            make(
                .networkPolicies, "default-deny",
                body: ["spec": ["podSelector": [:], "policyTypes": ["Ingress", "Egress"]]])
        ] + services.map(policy(of:))
    }

    private func policy(of service: PlatformService) -> KubernetesObject {
        var ingress: [JSONValue] = []
        if let port = service.port, !service.callers.isEmpty {
            let callers = PlatformService.Caller.allCases.filter(service.callers.contains).map(Self.peer)
            ingress.append(["from": .array(callers), "ports": Self.ports(port.number)])
        }
        ingress.append(["from": [Self.pods(in: "monitoring")], "ports": Self.ports(service.probePort)])
        return policy(service.name, ingress: ingress, egress: [Self.nameService, databaseEgress] + service.egress)
    }

    func policy(_ app: String, ingress: [JSONValue], egress: [JSONValue]) -> KubernetesObject {
        var spec: JSONObject = ["podSelector": Self.selector(app), "policyTypes": ["Ingress", "Egress"]]
        // An empty list is none to the API server, which would take each apply for a change.
        if !ingress.isEmpty { spec["ingress"] = .array(ingress) }
        if !egress.isEmpty { spec["egress"] = .array(egress) }
        return make(.networkPolicies, app, app: app, body: ["spec": .object(spec)])
    }

    private var databaseEgress: JSONValue {
        switch database {
        case .inside: ["to": [["podSelector": Self.selector(Self.databaseName)]], "ports": Self.ports(5432)]
        // Where it is stands in a secret, and not here.
        case .outside(let ports):
            ["ports": .array(ports.map { ["port": .integer(Int64($0)), "protocol": "TCP"] })]
        }
    }

    private static func peer(_ caller: PlatformService.Caller) -> JSONValue {
        switch caller {
        // K3s runs Traefik there.
        case .visitors: pods(in: "kube-system", app: "traefik")
        case .onboarding: ["podSelector": selector("onboarding-agent")]
        case .agents:
            [
                "namespaceSelector": ["matchExpressions": [["key": "openclaw.cloud/customer", "operator": "Exists"]]],
                "podSelector": selector("openclaw-agent"),
            ]
        }
    }

    private static func pods(in namespace: String, app: String? = nil) -> JSONValue {
        var peer: JSONObject = [
            "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": .string(namespace)]]
        ]
        if let app { peer["podSelector"] = selector(app) }
        return .object(peer)
    }

    static func ports(_ port: Int) -> JSONValue { [["port": .integer(Int64(port)), "protocol": "TCP"]] }

    static let nameService: JSONValue = [
        "to": [
            [
                "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "kube-system"]],
                "podSelector": ["matchLabels": ["k8s-app": "kube-dns"]],
            ]
        ],
        "ports": [["port": 53, "protocol": "UDP"], ["port": 53, "protocol": "TCP"]],
    ]
}
