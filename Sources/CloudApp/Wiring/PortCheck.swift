import BoxSupervisor
import Core
import NIOCore
import NIOPosix

/// Says before anything starts which ports can't be had, all of them at once and by the names of their settings.
struct PortCheck {
    private let configuration: CloudConfiguration

    init(_ configuration: CloudConfiguration) {
        self.configuration = configuration
    }

    /// - Throws: ``DomainError`` with the code `port_taken`.
    func run(_ roles: Set<Role>) async throws {
        var taken: [String] = []
        for (setting, host, port) in ports(of: roles) where port != 0 {
            do {
                try await ServerBootstrap.portProbe.bind(host: host, port: port).get().close()
            } catch is IOError {
                taken.append("\(setting.rawValue)=\(port)")
            }
        }
        guard taken.isEmpty else {
            throw DomainError(
                .unavailable, code: "port_taken",
                "These ports can't be listened on, most likely because another program does: "
                    + "\(taken.joined(separator: ", ")). Stop that program, or set others.")
        }
    }

    /// The sandbox has no figures.
    static func hasOpsPort(_ roles: Set<Role>) -> Bool {
        !roles.isDisjoint(with: [.web, .api, .onboardingAgent, .billingWorker, .operator, .agentTools, .tokenProxy])
    }

    /// - Returns: the port for health and metrics; where none is asked for and the usual one is taken, any free one.
    func opsPort() async throws -> Int {
        guard configuration.opsPortMayDiffer else { return configuration.opsPort }
        do {
            try await ServerBootstrap.portProbe.bind(host: configuration.host, port: configuration.opsPort).get().close()
            return configuration.opsPort
        } catch is IOError {
            return 0
        }
    }

    private func ports(of roles: Set<Role>) -> [(Setting, host: String, port: Int)] {
        var ports: [(Setting, String, Int)] = []
        if roles.contains(.web) {
            ports.append((.webPort, configuration.host, configuration.webPort))
        } else if roles.contains(.api) {
            ports.append((.apiPort, configuration.host, configuration.apiPort))
        }
        if Self.hasOpsPort(roles), !configuration.opsPortMayDiffer {
            ports.append((.opsPort, configuration.host, configuration.opsPort))
        }
        if roles.contains(.tokenProxy) { ports.append((.tokenProxyPort, configuration.host, configuration.tokenProxyPort)) }
        if roles.contains(.agentTools) { ports.append((.agentToolsPort, configuration.host, configuration.agentToolsPort)) }
        if roles.contains(.sandbox) {
            ports.append((.sandboxPort, "127.0.0.1", configuration.sandboxPort))
            ports.append((.sandboxSMTPPort, "127.0.0.1", configuration.sandboxSMTPPort))
        }
        return ports
    }
}
