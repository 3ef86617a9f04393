import Crypto
import JSON
package import Kubernetes

/// The platform's own objects in a cluster, worked out from its table of services.
///
/// Secrets aren't among them: those are in the Secret ``secretName``, which the host makes.
package struct PlatformManifests: Sendable {
    package var namespace: String
    package var overlay: Overlay
    package var services: [PlatformService]
    /// Of this program, with a digest.
    package var image: String
    package var database: Database
    /// Environment variables that all services share, and none of them secret.
    package var variables: [String: String]
    /// The text of a table of plans; `nil` for the built-in one.
    package var plans: String?
    package var ingress: Ingress?
    package var release: KubernetesRelease
    /// The operator's identity and its rights.
    package var access: [KubernetesObject]

    /// Where the database is.
    package enum Database: Sendable, Hashable {
        /// In the cluster, in this image.
        case inside(image: String)
        /// Elsewhere, where `DATABASE_URL` says, at these ports.
        case outside(ports: [Int])
    }

    package struct Ingress: Sendable, Hashable {
        package var host: String
        package var className: String
        /// cert-manager's; `nil` where TLS is somebody else's.
        package var issuer: String?
        /// The paths that go to `api`; the rest goes to `web`.
        package var apiPaths: [String]

        package init(host: String, className: String, issuer: String?, apiPaths: [String]) {
            self.host = host
            self.className = className
            self.issuer = issuer
            self.apiPaths = apiPaths
        }
    }

    package init(
        namespace: String, overlay: Overlay, services: [PlatformService], image: String, database: Database,
        variables: [String: String], plans: String? = nil, ingress: Ingress?, release: KubernetesRelease,
        access: [KubernetesObject]
    ) {
        self.namespace = namespace
        self.overlay = overlay
        self.services = services
        self.image = image
        self.database = database
        self.variables = variables
        self.plans = plans
        self.ingress = ingress
        self.release = release
        self.access = access
    }

    /// The Secret with everything that is one; and the ConfigMap with everything that isn't.
    package static let secretName = "openclaw-cloud"
    static let configMapName = "openclaw-cloud"
    static let plansFile = "/etc/openclaw-cloud/plans.json"
    static let dataDirectory = "/var/lib/openclaw-cloud"
    /// Before the agents, and before everything without a class.
    static let priorityClass = "openclaw-cloud-platform"
    package static let agentPriorityClass = "openclaw-cloud-agent"

    /// In the order in which they have to come into being.
    package var objects: [KubernetesObject] {
        foundation + [serviceAccount] + configMaps + networkPolicies + databaseObjects + services.flatMap(objects(of:))
            + ingressObjects
    }

    /// What the operator needs, wherever it runs: the namespace, its identity and its rights, and the classes.
    package var foundation: [KubernetesObject] { [namespaceObject] + priorityClasses + access }

    // MARK: What isn't a service's own

    private var namespaceObject: KubernetesObject {
        KubernetesObject(
            .namespaces, name: namespace, namespace: nil,
            labels: [
                "kubernetes.io/metadata.name": namespace, Self.partOf: Self.product,
                "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/audit": "restricted",
                "pod-security.kubernetes.io/warn": "restricted",
            ])
    }

    private var priorityClasses: [KubernetesObject] {
        [
            KubernetesObject(
                .priorityClasses, name: Self.priorityClass, namespace: nil,
                body: [
                    "value": 1_000_000, "globalDefault": false, "description": "The platform's own services.",
                ]),
            // Agents give way to everything without a class, too.
            KubernetesObject(
                .priorityClasses, name: Self.agentPriorityClass, namespace: nil,
                body: [
                    "value": -1000, "globalDefault": false, "preemptionPolicy": "Never",
                    "description": "Customers' agents.",
                ]),
        ]
    }

    /// Of the services that have nothing to ask of the cluster.
    static let serviceAccountName = "platform"
    private var serviceAccount: KubernetesObject {
        make(.serviceAccounts, Self.serviceAccountName, body: ["automountServiceAccountToken": false])
    }

    private var configuration: [String: String] {
        var values = variables
        values["DATA_DIR"] = Self.dataDirectory
        values["HOST"] = "0.0.0.0"
        values["PLATFORM_NAMESPACE"] = namespace
        if plans != nil { values["PLANS_FILE"] = Self.plansFile }
        return values
    }

    private var configMaps: [KubernetesObject] {
        let settings = make(.configMaps, Self.configMapName, body: ["data": JSONValue(configuration)])
        guard let plans else { return [settings] }
        return [settings, make(.configMaps, "plans", body: ["data": ["plans.json": .string(plans)]])]
    }

    /// Changes whenever a pod has to start anew to read its environment.
    var configurationHash: String {
        var text = configuration.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "\n")
        text += plans ?? ""
        return SHA256.hash(data: Array(text.utf8)).prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private var ingressObjects: [KubernetesObject] {
        guard let ingress else { return [] }
        func path(_ path: String, _ service: String) -> JSONValue {
            [
                "path": .string(path), "pathType": "Prefix",
                "backend": ["service": ["name": .string(service), "port": ["name": "http"]]],
            ]
        }
        let paths = ingress.apiPaths.map { path($0, "api") } + [path("/", "web")]
        var spec: JSONObject = [
            "ingressClassName": .string(ingress.className),
            "rules": [["host": .string(ingress.host), "http": ["paths": .array(paths)]]],
        ]
        var annotations: [String: String] = [:]
        if let issuer = ingress.issuer {
            annotations["cert-manager.io/cluster-issuer"] = issuer
            spec["tls"] = [["hosts": [.string(ingress.host)], "secretName": "site-tls"]]
        }
        return [make(.ingresses, "site", annotations: annotations, body: ["spec": .object(spec)])]
    }

    // MARK: What all have in common

    static let product = "openclaw-cloud"
    static let partOf = "app.kubernetes.io/part-of"
    static let appName = "app.kubernetes.io/name"

    func make(
        _ type: ResourceType, _ name: String, app: String? = nil, annotations: [String: String] = [:], body: JSONObject
    ) -> KubernetesObject {
        var labels = [Self.partOf: Self.product]
        if let app { labels[Self.appName] = app }
        return KubernetesObject(
            type, name: name, namespace: namespace, labels: labels, annotations: annotations, body: body)
    }

    static func selector(_ app: String) -> JSONValue { ["matchLabels": [appName: .string(app)]] }
}
