import Core
import FoundationEssentials
import JSON
import Kubernetes
import Store
import Testing

@testable import Operator

struct ManifestsTests {
    static let secrets = TenantSecrets(
        proxyToken: Secret("ocp_proxy-token"), gatewayToken: Secret("gateway-token"), botToken: Sample.botToken)

    static func objects(
        _ box: Box = Sample.box(), plan: Plan = PlanTable.builtIn[.starter], agents: AgentSettings = clusterAgents,
        cluster: ClusterSettings = ClusterSettings(image: "ghcr.io/openclaw/openclaw:2026.9.4")
    ) throws -> [KubernetesObject] {
        try Manifests(
            specification: Sample.specification(box, plan: plan, settings: agents), secrets: secrets, settings: cluster
        ).steps.flatMap(\.self)
    }

    static let clusterAgents = AgentSettings(
        tokenProxyURL: "http://token-proxy.platform.svc.cluster.local:8082/v1",
        agentToolsURL: "http://agent-tools.platform.svc.cluster.local:8083/mcp")

    /// After a change on purpose: UPDATE_GOLDEN=1, and look at the difference.
    @Test(arguments: [
        ("starter", PlanTable.builtIn[.starter], ClusterSettings(image: "ghcr.io/openclaw/openclaw:2026.9.4")),
        (
            "team-strict", PlanTable.builtIn[.team],
            ClusterSettings(
                image: "ghcr.io/openclaw/openclaw:2026.9.4", blockedRanges: ["203.0.113.0/24", "2001:db8::/32"],
                egress: .strict, storageClass: "fast", priorityClass: "openclaw-cloud-agent", runtimeClass: "gvisor")
        ),
    ])
    func rendersWhatIsWrittenDown(name: String, plan: Plan, cluster: ClusterSettings) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/\(name).yaml")
        let rendered = try Self.objects(plan: plan, cluster: cluster).yaml()
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try Data(rendered.utf8).write(to: file)
        }
        #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    /// What a pod can't take over as it is would end the one that was warmed.
    @Test func aBoxThatHasClaimedASpareChangesOnlyItsSettings() throws {
        let spare = Spare(id: Spare.ID(bits: 42), tier: .starter, createdAt: Timestamp(milliseconds: 0))
        var box = Sample.box()
        box.spareID = spare.id
        let token = AgentSpecification.ProxyToken(hash: AccessToken("ocp_proxy-token").hash, secret: nil)
        let plan = PlanTable.builtIn[.starter]
        let cluster = ClusterSettings(image: "ghcr.io/openclaw/openclaw:2026.9.4")
        func objects(_ specification: AgentSpecification, _ botToken: Secret?) -> [KubernetesObject] {
            let secrets = TenantSecrets(
                proxyToken: Secret("ocp_proxy-token"), gatewayToken: Secret("gateway-token"), botToken: botToken)
            return Manifests(specification: specification, secrets: secrets, settings: cluster).steps.flatMap(\.self)
        }
        let asSpare = objects(
            AgentSpecification(spare, plan: plan, proxyToken: token, settings: Self.clusterAgents), nil)
        let asBox = objects(
            AgentSpecification(
                box, bot: Sample.bot, plan: plan, botToken: Sample.botToken, proxyToken: token,
                settings: Self.clusterAgents), Sample.botToken)
        let changed = zip(asSpare, asBox).filter { $0 != $1 }.map { $1.type.kind }
        #expect(changed == ["Secret", "ConfigMap"])
        #expect(asBox.first?.name == "customer-\(spare.id.body)")
    }

    @Test func isTheSameEachTime() throws {
        #expect(try Self.objects() == Self.objects())
    }

    @Test func putsEveryObjectIntoTheCustomersNamespace() throws {
        let objects = try Self.objects()
        let namespace = "customer-" + Sample.customerID.body
        #expect(objects.first?.name == namespace)
        #expect(objects.dropFirst().allSatisfy { $0.namespace == namespace })
        #expect(namespace.utf8.count <= 63)
        #expect(objects.first.flatMap { AgentReference(namespace: $0) } == AgentReference(Sample.box()))
        #expect(objects.allSatisfy { $0.annotation("openclaw.cloud/owner") == Sample.box().id.rawValue })
    }

    @Test func rollsThePodIfAndOnlyIfSomethingChangesThatTheAgentReads() throws {
        func template(_ box: Box) throws -> JSONValue? { try Self.objects(box).last?["spec"]?["template"] }
        let before = try template(Sample.box())
        #expect(try template(Sample.box()) == before)
        #expect(try template(Sample.box(purpose: "Sailing.")) == before, "a running agent takes it over")
        #expect(try template(Sample.box(restartMarker: 1)) != before)
    }

    @Test func changesTheContentHashWithTheContentAlone() throws {
        func hashes(_ box: Box) throws -> [String: String?] {
            Dictionary(
                try Self.objects(box).map { ("\($0.type.kind)/\($0.name)", $0.annotation("openclaw.cloud/content-hash")) },
                uniquingKeysWith: { $1 })
        }
        let (before, after) = (try hashes(Sample.box()), try hashes(Sample.box(purpose: "Sailing.")))
        #expect(before.values.allSatisfy { $0 != nil })
        #expect(before.filter { after[$0.key] != $0.value }.keys.sorted() == ["ConfigMap/agent", "Secret/agent"])
    }

    @Test func keepsSecretsOutOfEverythingButTheSecret() throws {
        for object in try Self.objects() where object.type != .secrets {
            let text = String(decoding: object.json.text(), as: UTF8.self)
            for secret in ["ocp_proxy-token", "gateway-token", Sample.botToken.reveal()] {
                #expect(!text.contains(secret), "\(object.type.kind)")
            }
        }
    }

    @Test func opensNothingButHTTPSToPublicAddresses() throws {
        let policy = try #require(try Self.objects().first { $0.name == "agent-egress" })
        let rules = policy["spec"]?["egress"]?.elements ?? []
        let open = try #require(rules.last)
        #expect(open["ports"]?.elements == [["port": 443, "protocol": "TCP"]])
        let except = open["to"]?.elements.first?["ipBlock"]?["except"]?.elements.compactMap(\.string) ?? []
        #expect(
            Set(except) == [
                "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
                "0.0.0.0/8",
                "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
            ])
        #expect(rules.count == 4, "names, the token proxy, the tools, the public")
        let except6 = open["to"]?.elements.last?["ipBlock"]?["except"]?.elements.compactMap(\.string) ?? []
        for range in ["64:ff9b:1::/48", "2002::/16"] { #expect(except6.contains(range)) }
    }

    @Test(arguments: [
        ("http://token-proxy.platform.svc.cluster.local:8082/v1", 3), ("http://10.99.0.1:8082/v1", 3),
        ("https://proxy.example.com/v1", 2), ("http://[fd00::1]:8082/v1", 3),
    ])
    func findsTheWayToTheTokenProxyWhereverItIs(url: String, rules: Int) throws {
        let agents = AgentSettings(tokenProxyURL: url)
        let policy = try #require(try Self.objects(agents: agents).first { $0.name == "agent-egress" })
        #expect(policy["spec"]?["egress"]?.elements.count == rules)
    }

    @Test func opensTheWayToTheToolsBesideThatToTheTokenProxy() throws {
        let policy = try #require(try Self.objects().first { $0.name == "agent-egress" })
        let rules = policy["spec"]?["egress"]?.elements ?? []
        let ways = rules.compactMap { $0["to"]?.elements.first?["podSelector"]?["matchLabels"]?["app.kubernetes.io/name"] }
        #expect(ways == ["token-proxy", "agent-tools"])
        #expect(rules[2]["ports"]?.elements == [["port": 8083, "protocol": "TCP"]])
    }

    @Test func hasNoRoomForTwoAgentsInTheQuota() throws {
        for plan in PlanTable.builtIn.all {
            let quota = try #require(try Self.objects(plan: plan).first { $0.type == .resourceQuotas })
            let memory = quota["spec"]?["hard"]?["limits.memory"]?.string.flatMap(Quantity.bytes) ?? 0
            #expect(memory >= plan.resources.memoryLimit << 20)
            #expect(memory < plan.resources.memoryLimit << 21)
        }
    }

    @Test(arguments: [(1, "1m"), (1000, "1"), (1500, "1500m")])
    func writesCoresAsTheServerDoes(thousandths: Int, text: String) {
        #expect(Quantity.cores(thousandths) == .string(text))
    }

    @Test(arguments: [(1, "1Mi"), (1024, "1Gi"), (1536, "1536Mi")])
    func writesMemoryAsTheServerDoes(mebibytes: Int, text: String) {
        #expect(Quantity.mebibytes(mebibytes) == .string(text))
        #expect(Quantity.bytes(text) == mebibytes << 20)
    }
}
