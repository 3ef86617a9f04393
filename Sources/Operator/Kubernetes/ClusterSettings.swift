/// What is the same for every box on a cluster.
package struct ClusterSettings: Sendable, Hashable {
    /// Where the platform's own services live.
    package var platformNamespace: String
    /// The ranges of the cluster itself (pods, services, nodes), which no agent may reach, beside the private ones.
    package var blockedRanges: [String]
    package var egress: Egress
    /// `nil` for the cluster's default one.
    package var storageClass: String?
    package var priorityClass: String?
    /// gVisor's or Kata's, where the nodes have it.
    package var runtimeClass: String?
    /// The agents' container image, unless a box has its own.
    package var image: String

    /// The container image of this program, whose `openclaw-cloud box` is the agents' parent; `nil`: it is in ``image``.
    package var supervisorImage: String?

    /// `nil` where agents' states aren't saved.
    package var backups: Backups?

    /// What moves the agents' states.
    package struct Backups: Sendable, Hashable {
        /// The container image of this program.
        package var image: String
        /// The object store's URL, as pods reach it.
        package var endpoint: String
        /// Where a store with a public name is, as policies don't know names; none: anywhere public.
        package var ranges: [String]

        package init(image: String, endpoint: String, ranges: [String] = []) {
            self.image = image
            self.endpoint = endpoint
            self.ranges = ranges
        }
    }

    /// How far the agents' network reaches.
    package enum Egress: String, Sendable, Hashable, CaseIterable {
        /// The token proxy, and HTTPS to every public address.
        case open
        /// The token proxy and Telegram alone.
        case strict
    }

    package init(
        image: String, platformNamespace: String = "platform", blockedRanges: [String] = [], egress: Egress = .open,
        storageClass: String? = nil, priorityClass: String? = nil, runtimeClass: String? = nil,
        supervisorImage: String? = nil,
        backups: Backups? = nil
    ) {
        self.image = image
        self.platformNamespace = platformNamespace
        self.blockedRanges = blockedRanges
        self.egress = egress
        self.storageClass = storageClass
        self.priorityClass = priorityClass
        self.runtimeClass = runtimeClass
        self.supervisorImage = supervisorImage
        self.backups = backups
    }
}

extension ClusterSettings {
    /// Whether agents' network policies let them reach one of the platform's own addresses. Policies know addresses and Services;
    /// a public name is reached by the way to all public addresses' port 443 alone.
    package func letsAgentsReach(_ url: String) -> Bool {
        EgressRule.own(url) != nil || egress == .open && EgressRule.port(of: url) == 443
    }
}
