// How long it takes to work out what a box is in a cluster: row to objects, its bot token opened included. The baseline is
// writing the same objects as JSON, which every request that applies them does anyway.

import Core
import Crypto
import JSON
import Kubernetes
import Operator
import Store

let vault = Vault(key: SymmetricKey(size: .bits256))
let renderer = BoxRenderer(
    plans: .builtIn, vault: vault,
    settings: AgentSettings(tokenProxyURL: "http://token-proxy.platform.svc.cluster.local:8082/v1"),
    cluster: ClusterSettings(image: "ghcr.io/openclaw/openclaw:2026.9.4"))
let ids = IdentifierSource.random(clock: .system)
var box = Box(
    id: ids.next(), customerID: ids.next(), tier: .pro, agentName: "Luna", purpose: "My e-mails and my calendar.",
    language: .english, desired: .running, createdAt: WallClock.system.now)
box.bot = Box.Bot(
    id: 1, username: "luna_bot", sealedToken: try vault.seal(Secret("1:AAAA"), context: box.botTokenContext), ownerUserID: 1)
let subject = box

/// - Returns: microseconds a call, the median of 51 rounds of 100 calls.
func microseconds(_ body: () throws -> Void) rethrows -> Double {
    var rounds: [Double] = []
    for _ in 0..<51 {
        let start = ContinuousClock.now
        for _ in 0..<100 { try body() }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        rounds.append((Double(seconds) * 1e6 + Double(attoseconds) / 1e12) / 100)
    }
    return rounds.sorted()[rounds.count / 2]
}

let objects = try renderer.objects(of: subject, proxyTokenHash: nil)
let rendering = try microseconds { _ = try renderer.objects(of: subject, proxyTokenHash: nil) }
let encoding = microseconds { for object in objects { _ = object.json.text() } }

func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
print(
    "rendering a box: \(tenths(rendering)) µs; its \(objects.count) objects as JSON: \(tenths(encoding)) µs; "
        + "ratio \(tenths(rendering / encoding))")
