import ArgumentParser
import Cluster
import FoundationEssentials

/// `openclaw-cloud cluster plan`
struct ClusterPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Shows what apply would make, and what that costs a month. Changes nothing.")

    @OptionGroup var options: ClusterStage.Options

    func run() async throws {
        try await ClusterStage.run(options) { stage in
            _ = try await stage.show(try await stage.machines.world())
        }
    }
}

/// `openclaw-cloud cluster apply`
struct ClusterApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Makes the machines of the inventory, and what connects them.",
        discussion: """
            What is there already is found by its name. After a failure, run it again: it goes on. Nothing is ever deleted. \
            With --install it also runs nixos-anywhere for each bare server, and Colmena; else it prints those commands.
            """)

    @OptionGroup var options: ClusterStage.Options

    @Flag(help: "Don't ask before anything is made.")
    var yes = false

    @Flag(help: "Run nixos-anywhere and Colmena, which must be installed.")
    var install = false

    @Flag(help: "Only note that every server has its system: you have run nixos-anywhere yourself.")
    var installed = false

    func run() async throws {
        try await ClusterStage.run(options) { stage in
            if installed { return try await stage.markInstalled() }
            let world = try await stage.machines.world()
            let changes = try await stage.show(world)
            // Also servers that somebody has given a system by hand, and forgot to say so.
            let overwritten = install ? world.toInstall(stage.inventory).map(\.name) : []
            if !overwritten.isEmpty { print("~ the disks of \(overwritten.joined(separator: ", ")) are overwritten") }
            guard changes.isEmpty && overwritten.isEmpty || yes || Self.isConfirmed() else {
                return print("Nothing was made.")
            }
            try await stage.apply(runsTools: install)
        }
    }

    static func isConfirmed() -> Bool {
        print("Make it so? Type yes:", terminator: " ")
        return readLine()?.trimmed == "yes"
    }
}

/// `openclaw-cloud cluster add-worker`
struct ClusterAddWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-worker", abstract: "Adds a worker to the inventory, with the next free address; then run apply.")

    @OptionGroup var options: ClusterStage.Options

    @Argument(help: "Its name, such as worker-2.")
    var name: String

    @Option(help: "Its type, such as cpx41; without it that of the last worker.")
    var type: String?

    func run() async throws {
        let inventory = try ClusterStage.read(options.inventory)
        guard let model = inventory.nodes.last(where: { $0.role == .worker }) else {
            throw Inventory.Invalid(faults: ["there is no worker to be like"])
        }
        let changed = try inventory.adding(worker: name, like: model, type: type)
        try changed.json().write(to: URL(filePath: options.inventory), options: .atomic)
        print("\(name) is in \(options.inventory). Now: openclaw-cloud cluster apply")
    }
}

/// `openclaw-cloud cluster remove-worker`
struct ClusterRemoveWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-worker", abstract: "Drains a worker, deletes its server, and takes it out of the inventory.",
        discussion: "Its volume stays. kubectl must lead to the cluster.")

    @OptionGroup var options: ClusterStage.Options

    @Argument(help: "The worker's name, as the inventory has it.")
    var name: String

    @Flag(help: "Don't ask.")
    var yes = false

    @Flag(help: "The node is lost: don't drain it.")
    var lost = false

    func run() async throws {
        try await ClusterStage.run(options) { stage in
            var inventory = stage.inventory
            guard let node = inventory.nodes.first(where: { $0.name == name }), node.role == .worker else {
                throw Inventory.Invalid(faults: ["\(name) is no worker of the inventory"])
            }
            print("- server \(inventory.name)-\(name), after it was drained")
            guard yes || ClusterApplyCommand.isConfirmed() else { return print("Nothing was removed.") }
            let tools = ToolRunner()
            if !lost {
                try await tools.run(
                    .init("kubectl", "drain", name, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=10m"))
            }
            try await tools.run(.init("kubectl", "delete", "node", name, "--ignore-not-found"))
            try await stage.machines.delete(worker: name)
            inventory.nodes.removeAll { $0.name == name }
            try inventory.json().write(to: URL(filePath: options.inventory), options: .atomic)
            print("\(name) is gone." + (node.volumeSize == nil ? "" : " Its volume is still there, and costs."))
        }
    }
}

/// `openclaw-cloud cluster status`
struct ClusterStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows each node's server, its addresses and whether it has its system.",
        discussion: "Exits with 1 if anything of the inventory is missing.")

    @OptionGroup var options: ClusterStage.Options

    func run() async throws {
        let isWhole = try await ClusterStage.run(options) { stage in
            let world = try await stage.machines.world()
            let addresses = world.addresses(stage.inventory)
            let bare = Set(world.toInstall(stage.inventory).map(\.name))
            for node in stage.inventory.nodes {
                let state = addresses[node.name] == nil ? "missing" : bare.contains(node.name) ? "bare" : "installed"
                print(
                    "\(node.name)  \(node.role.rawValue)  \(node.type)  \(node.privateAddress)  \(addresses[node.name] ?? "-")  \(state)"
                )
            }
            let changes = try ClusterPlan(stage.inventory, world).changes()
            for change in changes { print(change) }
            return changes.isEmpty
        }
        if !isWhole { throw ExitCode(1) }
    }
}
