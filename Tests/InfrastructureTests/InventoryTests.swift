import Foundation
import Testing

@testable import Cluster

struct InventoryTests {
    private static let example: Data = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? Data(contentsOf: root.appending(path: "deploy/cluster.example.json"))) ?? Data()
    }()

    private static func faults(_ change: (inout String) -> Void) -> [String] {
        var text = String(decoding: example, as: UTF8.self)
        change(&text)
        do {
            _ = try Inventory(json: Data(text.utf8))
            return []
        } catch {
            return error.faults
        }
    }

    @Test func theExampleIsAnInventory() throws {
        let inventory = try Inventory(json: Self.example)
        #expect(inventory.controlPlanes.count == 3)
        #expect(try Inventory(json: inventory.json()) == inventory)
    }

    @Test func namesAFieldThatIsNone() {
        #expect(
            Self.faults { $0.replace("\"disk\":", with: "\"disc\": \"/dev/sdb\", \"disk\":") }.first
                == "nodes[0].disc isn't a field of it")
        #expect(Self.faults { $0.replace("\"location\"", with: "\"locations\"") } == ["location is missing"])
    }

    @Test func refusesWhatCanNotWork() {
        #expect(
            Self.faults {
                $0.replace("\"control-3\", \"role\": \"control-plane\"", with: "\"control-3\", \"role\": \"worker\"")
            }
                == ["there must be an odd number of control-plane nodes, not 2"])
        #expect(Self.faults { $0.replace("10.0.1.13", with: "10.0.1.12") } == ["two nodes have the same private address"])
        #expect(
            Self.faults { $0.replace("10.0.1.21", with: "10.0.2.21") } == ["worker-1: 10.0.2.21 isn't in network.subnet"])
        #expect(
            Self.faults { $0.replace("[\"203.0.113.7/32\"]", with: "[]") } == ["adminRanges must name who may reach SSH"])
    }

    @Test func aNewWorkerGetsTheNextFreeAddress() throws {
        let inventory = try Inventory(json: Self.example)
        let model = try #require(inventory.nodes.last)
        let more = try inventory.adding(worker: "worker-2", like: model, type: nil)
        #expect(more.nodes.last?.privateAddress == "10.0.1.20")
        #expect(try more.adding(worker: "worker-3", like: model, type: "cpx51").nodes.last?.privateAddress == "10.0.1.22")
        #expect(throws: Inventory.Invalid.self) { try more.adding(worker: "worker-2", like: model, type: nil) }
    }

    @Test func tenServersShareAPlacementGroup() {
        let inventory = ClusterMachinesTests.inventory(workers: 17, controls: 3)
        #expect(inventory.placementGroups == ["c-control-plane-1", "c-worker-1", "c-worker-2"])
    }
}
