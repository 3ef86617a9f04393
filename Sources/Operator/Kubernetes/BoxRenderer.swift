package import Core
import JSON
package import Kubernetes
package import Store

/// Works out what a box is in a cluster, without touching one.
package struct BoxRenderer {
    private let plans: PlanTable
    private let vault: Vault
    private let settings: AgentSettings
    private let cluster: ClusterSettings

    package init(plans: PlanTable, vault: Vault, settings: AgentSettings, cluster: ClusterSettings) {
        self.plans = plans
        self.vault = vault
        self.settings = settings
        self.cluster = cluster
    }

    /// - Parameter proxyTokenHash: of the box's valid proxy token, if it has one.
    /// - Returns: the box's objects as the operator applies them, but with placeholders for its secrets.
    /// - Throws: ``DomainError`` if it has no bot yet, or its token can't be opened; an `EncodingError`.
    package func objects(of box: Box, proxyTokenHash: String?) throws -> [KubernetesObject] {
        guard let bot = box.bot else {
            throw DomainError(.conflict, code: "no_bot", "The box has no Telegram bot yet, so there is nothing to run.")
        }
        let specification = AgentSpecification(
            box, bot: bot, plan: plans[box.tier], botToken: try vault.open(bot.sealedToken, context: box.botTokenContext),
            proxyToken: .init(hash: proxyTokenHash ?? "", secret: nil), settings: settings,
            image: box.image ?? cluster.image)
        let hidden = Secret("<not shown>")
        let secrets = TenantSecrets(proxyToken: hidden, gatewayToken: hidden, botToken: hidden)
        return Manifests(specification: specification, secrets: secrets, settings: cluster).steps.flatMap(\.self)
    }

    /// - Returns: the jobs that save the box's state and bring it back, as the operator makes them; none where states aren't saved.
    package func transfers(of box: Box) -> [KubernetesObject] {
        guard let image = cluster.backups?.image else { return [] }
        let ids: [StateTransfer.ID] = [.save(Backup.ID(bits: box.id.bits)), .restore(Restore.ID(bits: box.id.bits))]
        return zip(ids, [true, false]).map { id, isBesideAgent in
            let transfer = StateTransfer(
                id: id, agent: AgentReference(box), image: box.image ?? cluster.image, url: Secret("<not shown>"))
            return TransferManifests(
                transfer: transfer, settings: cluster, platformImage: image,
                storage: Quantity.gibibytes(plans[box.tier].resources.volume).string ?? "", isBesideAgent: isBesideAgent
            ).job
        }
    }

    /// The namespace that a box lives in.
    package static func namespace(of box: Box) -> String { AgentReference(box).namespace }
    /// The name of the agent's container in its pod.
    package static var container: String { Tenant.container }
}
