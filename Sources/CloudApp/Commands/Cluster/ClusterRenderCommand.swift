import ArgumentParser
import Cluster
import Configuration
import FoundationEssentials
import JSON
import Kubernetes
import Operator

/// `openclaw-cloud cluster render`
struct ClusterRenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Prints the platform's Kubernetes objects, for kubectl apply --server-side -f -.",
        discussion: """
            What is set in the environment or in .env goes into them as services are to have it. Secrets don't: --secrets \
            prints the Secret alone that holds them. No cluster is touched.
            """)

    @Option(help: "The program's image, with its digest: NAME@sha256:…")
    var image: String?

    @Option(help: "staging or production: how many pods there are and how large.")
    var overlay: Overlay = .production

    @Option(help: "The image of the PostgreSQL in the cluster; \"none\" where DATABASE_URL leads to one elsewhere.")
    var postgresImage = Self.postgresImage

    @Option(help: "The cluster's minor release, such as 1.34: older ones lack some kinds of objects.")
    var kubernetes: KubernetesRelease = .whole

    @Option(help: "The class of the site's Ingress.")
    var ingressClass = "traefik"

    @Option(help: "cert-manager's ClusterIssuer for the site's certificate; \"none\" where TLS is somebody else's.")
    var issuer = "letsencrypt"

    @Flag(help: "Print the namespace, the operator's identity and rights, and the classes alone.")
    var access = false

    @Flag(help: "Print the Secret alone, with all that is secret in the environment or in .env.")
    var secrets = false

    @Option(help: "yaml, or json: an array with an object a line.")
    var format = Format.yaml

    enum Format: String, ExpressibleByArgument { case yaml, json }

    /// PostgreSQL 17.6 on Alpine, whose user 70 the manifests name.
    static let postgresImage =
        "docker.io/library/postgres:17.6-alpine@sha256:ef257d85f76e48da1c64832459b59fcaba1a4dac97bf5d7450c77753542eee94"
    /// Where K3s' pods are, the ingress controller's among them.
    private static let podRange = "10.42.0.0/16"

    func validate() throws {
        if access || secrets { return }
        guard let image, image.contains("@sha256:") else {
            throw ValidationError("--image must name the program's image with its digest: NAME@sha256:…")
        }
    }

    func run() async throws {
        print(try text(try await CloudConfiguration.reader()), terminator: "")
    }

    /// - Throws: ``CloudConfiguration/Invalid``.
    func text(_ reader: ConfigReader) throws -> String {
        let objects = try objects(reader)
        if format == .yaml { return try objects.yaml() }
        let lines = objects.map { String(decoding: $0.json.text(), as: UTF8.self) }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }

    private func objects(_ reader: ConfigReader) throws -> [KubernetesObject] {
        let configuration = try CloudConfiguration(reader)
        let settings = SettingsReader(reader)
        if secrets { return [try secret(configuration, settings)] }
        let manifests = manifests(configuration, settings)
        return access ? manifests.foundation : manifests.objects
    }

    private func manifests(_ configuration: CloudConfiguration, _ settings: SettingsReader) -> PlatformManifests {
        let namespace = configuration.cluster.settings.platformNamespace
        let rights = OperatorAccess(platformNamespace: namespace)
        let ingress = ingress(configuration)
        var variables: [String: String] = [:]
        for setting in Setting.allCases where setting.isSharedInCluster && settings.isSet(setting) {
            variables[setting.rawValue] = settings.text(setting)
        }
        if ingress != nil, variables[Setting.trustedProxies.rawValue] == nil {
            variables[Setting.trustedProxies.rawValue] = Self.podRange
        }
        if variables[Setting.agentPriorityClass.rawValue] == nil {
            variables[Setting.agentPriorityClass.rawValue] = PlatformManifests.agentPriorityClass
        }
        // Services other than the operator don't know that they are in a cluster.
        variables[Setting.agentTokenProxyURL.rawValue] = configuration.agentSettings(inCluster: true).tokenProxyURL
        variables[Setting.platformImage.rawValue] = image
        let plans = settings.text(.plansFile).flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }
        return PlatformManifests(
            namespace: namespace, overlay: overlay, services: configuration.platformServices, image: image ?? "",
            database: postgresImage == "none" ? .outside(ports: configuration.databasePorts) : .inside(image: postgresImage),
            variables: variables,
            plans: plans, ingress: ingress, release: kubernetes,
            access: rights.objects + (kubernetes.hasAdmissionPolicies ? rights.admissionPolicies : []))
    }

    /// - Returns: `nil` where the site is this machine's own.
    private func ingress(_ configuration: CloudConfiguration) -> PlatformManifests.Ingress? {
        guard !CloudConfiguration.isThisMachine(configuration.publicURL),
            let host = URL(string: configuration.publicURL)?.host()
        else { return nil }
        return .init(
            host: host, className: ingressClass, issuer: issuer == "none" ? nil : issuer,
            apiPaths: ["/v1", "/webhooks", "/openapi.json"])
    }

    /// - Throws: ``CloudConfiguration/Invalid`` where something is missing that no service starts without.
    private func secret(_ configuration: CloudConfiguration, _ settings: SettingsReader) throws -> KubernetesObject {
        var values: [String: String] = [:]
        // Those that services ask for: the keys to the machines stay with the host.
        let asked = Set(configuration.platformServices.flatMap(\.secrets).map(\.name))
        for setting in Setting.allCases where asked.contains(setting.rawValue) && settings.isSet(setting) {
            values[setting.rawValue] = settings.text(setting)
        }
        let missing = [Setting.databaseURL, .encryptionKey].filter { values[$0.rawValue] == nil }
        guard missing.isEmpty else {
            throw CloudConfiguration.Invalid(
                faults: missing.map { "\($0.rawValue) must be set: services that run apart share it" })
        }
        if postgresImage != "none", let url = URL(string: values[Setting.databaseURL.rawValue] ?? "") {
            guard let password = url.password(), url.absoluteString == PlatformManifests.databaseURL(password: password)
            else {
                throw CloudConfiguration.Invalid(faults: [
                    "DATABASE_URL must be \(PlatformManifests.databaseURL(password: "PASSWORD")) for the PostgreSQL in the "
                        + "cluster (try: openssl rand -hex 32); --postgres-image none is for one elsewhere"
                ])
            }
            values[PlatformManifests.passwordKey] = password
        }
        return KubernetesObject(
            .secrets, name: PlatformManifests.secretName, namespace: configuration.cluster.settings.platformNamespace,
            body: ["type": "Opaque", "stringData": JSONValue(values)])
    }
}

extension Overlay: ExpressibleByArgument {}

extension KubernetesRelease: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
    package var defaultValueDescription: String { "1.\(minor) or later" }
}
