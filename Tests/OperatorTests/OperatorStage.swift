import Core
import Crypto
import Jobs
import Logging
import SQL
import Store
import TestSupport
import Testing

@testable import Operator

/// An operator on a database and a runtime of its own, with one customer whose box is wanted running.
struct OperatorStage {
    let platform: TestPlatform
    let stand: StandInAgent
    let runtime: ChildProcessRuntime
    let service: OperatorServices
    let vault: Vault
    let box: Box
    let conversation: Conversation

    static func run(
        _ behaviour: StandInAgent.Behaviour = .normal, language: Language = .english, withBot: Bool = true,
        image: String? = nil, spares: Int = 0, timeout: Duration = .seconds(30), _ body: (OperatorStage) async throws -> Void
    ) async throws {
        try await StandInAgent.with { stand in
            try await TestPlatform.run { platform in
                let vault = Vault(key: SymmetricKey(size: .bits256))
                let customer = Customer.sample()
                var box = Box.sample(of: customer, desired: .running)
                box.tier = .starter
                box.language = language
                if withBot {
                    let sealed = try vault.seal(Sample.botToken, context: box.botTokenContext)
                    box.bot = Box.Bot(id: 77, username: "ada_bot", sealedToken: sealed, ownerUserID: 5)
                }
                let (row, conversation) = (box, Conversation.sample(of: customer))
                try await platform.database.write { transaction in
                    try CustomerStore(transaction).insert(customer)
                    try ConversationStore(transaction).insert(conversation)
                    try BoxStore(transaction).insert(row)
                }
                let runtime = try stand.runtime(behaviour)
                let service = OperatorServices(
                    queue: platform.queue, runtime: runtime, vault: vault, plans: .builtIn, settings: Sample.settings,
                    image: image, spares: .init(count: spares, tier: .starter), timeout: timeout,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                try await body(
                    OperatorStage(
                        platform: platform, stand: stand, runtime: runtime, service: service, vault: vault,
                        box: row,
                        conversation: conversation))
            }
        }
    }

    /// Another operator on the same database.
    func service(on runtime: ChildProcessRuntime, spares: Int) -> OperatorServices {
        OperatorServices(
            queue: platform.queue, runtime: runtime, vault: vault, plans: .builtIn, settings: Sample.settings,
            spares: .init(count: spares, tier: .starter), timeout: .seconds(30),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    var agent: AgentReference { AgentReference(box) }

    /// The box's row.
    var row: Box {
        get async throws {
            try #require(try await platform.row(of: box))
        }
    }

    var activeToken: String? {
        get async throws {
            try await platform.database.read {
                try UsageStore($0).activeProxyTokenHash(boxID: box.id, customerID: box.customerID)
            }
        }
    }

    func reconcile() async throws {
        try await service.reconciler.reconcile(agent)
    }

    /// Changes what is wanted of the box.
    func want(_ change: @escaping @Sendable (inout Box) -> Void) async throws {
        try await platform.want(box, change)
    }
}
