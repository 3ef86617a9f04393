import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Operator

struct LoopbackPortTests {
    @Test func whoConnectsToAProbeIsCutOff() async throws {
        let probe = try await ServerBootstrap.portProbe.bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(probe.localAddress)
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(to: address).get()
        try await probe.close()
        // Nobody may hold its other end, or it waited for an answer forever.
        try await eventually { !client.isActive }
    }

    @Test func anotherPortIsFoundForOneThatIsTaken() async throws {
        let other = try await ServerBootstrap.portProbe.bind(host: "127.0.0.1", port: 0).get()
        let taken = try #require(other.localAddress?.port)
        #expect(try await LoopbackPort.free(preferring: taken) != taken)
        try await other.close()
        #expect(try await LoopbackPort.free(preferring: taken) == taken)
    }
}
