/// What differs between a cluster to try things on and the one that customers are on.
package enum Overlay: String, Sendable, CaseIterable {
    case staging, production

    /// How many pods of a service there are.
    var replicas: Int { self == .production ? 2 : 1 }

    /// How many pods there may be, if load decides.
    func mostReplicas(_ scale: PlatformService.Scale) -> Int? {
        self == .production && scale == .elastic ? 6 : nil
    }

    /// Thousandths of a core, and MiB.
    var requests: (cpu: Int, memory: Int) { self == .production ? (100, 128) : (20, 64) }
    /// MiB. The processor isn't limited: what is idle is anyone's, and the platform goes before the agents.
    var memoryLimit: Int { self == .production ? 1024 : 512 }
    /// GiB.
    var databaseVolume: Int { self == .production ? 50 : 5 }
    /// MiB.
    var databaseMemory: (request: Int, limit: Int) { self == .production ? (512, 2048) : (128, 512) }
}
