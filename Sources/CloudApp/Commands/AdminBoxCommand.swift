import ArgumentParser
import Core
import HostDesk
import JSON
import Kubernetes
import Operator
import SQL
import Store

/// `openclaw-cloud admin box`
///
/// There is no `exec`: the host doesn't read customers' data.
struct AdminBoxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "box", abstract: "Customers' boxes: how they are, and what is done about it.",
        discussion: "What runs in the boxes and what customers say to them can't be seen from here.",
        subcommands: [
            ListCommand.self, ShowCommand.self, RestartCommand.self, ReconcileCommand.self, RenderCommand.self,
            LogsCommand.self, EventsCommand.self, BackupCommand.self, BackupsCommand.self, RestoreCommand.self,
            SkipBackupCommand.self,
        ])

    /// Whose box it is.
    struct Subject: ParsableArguments {
        @Argument(help: "The box's id (box_…), or its customer's (cst_…).")
        var id: String

        func validate() throws {
            guard Box.ID(id) != nil || Customer.ID(id) != nil else {
                throw ValidationError("\(id) is neither a box's id (box_…) nor a customer's (cst_…).")
            }
        }

        func find(_ transaction: any Transaction) throws -> Box {
            let boxes = BoxStore(transaction)
            let found =
                if let id = Box.ID(id) {
                    try boxes.findForHost(id)
                } else if let id = Customer.ID(id) {
                    try boxes.current(customerID: id)
                } else { Box?.none }
            guard let found else { throw ValidationError("There is no box of \(id).") }
            return found
        }
    }

    /// `openclaw-cloud admin box list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the boxes.")

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let boxes = try await platform.database.read { try BoxStore($0).allToReconcile() }
                for box in boxes {
                    let detail = box.message.map { "  \($0.text[.english])" } ?? ""
                    print("\(box.id)  \(box.tier.rawValue)  \(box.desired.rawValue)  \(box.status.rawValue)\(detail)")
                }
            }
        }
    }

    /// `openclaw-cloud admin box show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows what is wanted of a box and what is so.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform(reachesCluster: true) { platform in
                let box = try await platform.database.read { try subject.find($0) }
                var lines: [(String, String)] = [
                    ("box", box.id.rawValue), ("customer", box.customerID.rawValue), ("plan", box.tier.rawValue),
                    ("wanted", "\(box.desired.rawValue), generation \(box.generation)"),
                    ("status", "\(box.status.rawValue), generation \(box.observedGeneration)"),
                    ("detail", box.message?.text[.english] ?? "-"), ("bot", box.bot.map { "@\($0.username)" } ?? "-"),
                    ("lives as", AgentReference(box).boxID.rawValue), ("image", box.image ?? "-"),
                    ("restarts", "\(box.restarts)"),
                    ("failures", "\(box.failures) in a row"), ("first ready", box.readyAt?.description ?? "-"),
                    ("last seen", box.seenAt?.description ?? "-"),
                ]
                if let cluster = platform.cluster {
                    let namespace = BoxRenderer.namespace(of: box)
                    lines.append(("namespace", namespace))
                    for pod in try await cluster.list(.pods, namespace: namespace).items {
                        let status = pod["status"] ?? [:]
                        let restarts = status["containerStatuses"]?.elements.first?["restartCount"]?.integer ?? 0
                        let node = pod["spec"]?["nodeName"]?.string ?? "no node"
                        lines.append(
                            ("pod", "\(pod.name): \(status["phase"]?.string ?? "?") on \(node), \(restarts) restarts"))
                    }
                }
                for (name, value) in lines { print(name.padded(to: 12) + value) }
            }
        }
    }

    /// `openclaw-cloud admin box restart`
    struct RestartCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "restart", abstract: "Has a box's agent restarted.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let box = try await platform.database.read { try subject.find($0) }
                print(try await platform.perform(.restart(box.id)))
            }
        }
    }

    /// `openclaw-cloud admin box reconcile`
    struct ReconcileCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reconcile", abstract: "Has the operator make the cluster look like a box's row now.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let box = try await platform.database.read { try subject.find($0) }
                print(try await platform.perform(.reconcileBox(box.id)))
            }
        }
    }

    /// `openclaw-cloud admin box render`
    struct RenderCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "render",
            abstract: "Prints the Kubernetes objects of a box, without its secrets and without a cluster.")

        @OptionGroup var subject: Subject

        @Flag(help: "Also the jobs that save its state and bring it back, where BACKUP_S3_… is set.")
        var transfers = false

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let (box, token) = try await platform.database.read { transaction in
                    let box = try subject.find(transaction)
                    let token = try UsageStore(transaction).activeProxyTokenHash(boxID: box.id, customerID: box.customerID)
                    return (box, token)
                }
                let renderer = BoxRenderer(
                    plans: platform.configuration.plans, vault: platform.vault,
                    settings: platform.configuration.agentSettings(inCluster: true),
                    cluster: platform.configuration.cluster.settings)
                var objects = try renderer.objects(of: box, proxyTokenHash: token)
                if transfers { objects += renderer.transfers(of: box) }
                print(try objects.yaml(), terminator: "")
            }
        }
    }

    /// `openclaw-cloud admin box logs`
    struct LogsCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "logs", abstract: "Prints what a box's gateway has logged.")

        @OptionGroup var subject: Subject

        @Option(help: "How many lines, from the end.")
        var lines = 100

        @Flag(help: "Of the run before the last restart.")
        var previous = false

        func run() async throws {
            try await Launcher.withPlatform(reachesCluster: true) { platform in
                let box = try await platform.database.read { try subject.find($0) }
                let client = try platform.requiredCluster()
                let namespace = BoxRenderer.namespace(of: box)
                let pods = try await client.list(.pods, namespace: namespace).items
                guard !pods.isEmpty else { throw ValidationError("No pod of \(box.id) is there.") }
                for pod in pods {
                    if pods.count > 1 { print("# \(pod.name)") }
                    print(
                        try await client.logs(
                            pod: pod.name, namespace: namespace, container: BoxRenderer.container, tailLines: lines,
                            previous: previous
                        ).forTerminal, terminator: "")
                }
            }
        }
    }

    /// `openclaw-cloud admin box events`
    struct EventsCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "events", abstract: "Prints what Kubernetes has reported of a box in the last hour.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform(reachesCluster: true) { platform in
                let box = try await platform.database.read { try subject.find($0) }
                let client = try platform.requiredCluster()
                let events = try await client.list(.events, namespace: BoxRenderer.namespace(of: box)).items
                for event in events.sorted(by: { $0.time < $1.time }) {
                    let object =
                        "\(event["involvedObject"]?["kind"]?.string ?? "")/\(event["involvedObject"]?["name"]?.string ?? "")"
                    let count = event["count"]?.integer.map { $0 > 1 ? " (\($0) times)" : "" } ?? ""
                    let message = (event["message"]?.string ?? "").forTerminal
                    print(
                        "\(event.time)  \(event["type"]?.string ?? "")  \(event["reason"]?.string ?? "")  \(object)  "
                            + message + count)
                }
            }
        }
    }
}

extension KubernetesObject {
    /// When an event happened last; RFC 3339, which sorts as text.
    fileprivate var time: String {
        self["lastTimestamp"]?.string ?? self["eventTime"]?.string ?? metadata["creationTimestamp"]?.string ?? ""
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
