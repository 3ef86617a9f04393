import Core
import Crypto
import SQL
import Store
import TestSupport
import Testing

@testable import Onboarding

/// `admin keys rotate` on tokens that no box has taken over yet.
struct PastedTokenRotationTests {
    @Test(arguments: Engine.allCases)
    func sealsPastedTokensWithTheNewestKeyAndKeepsTheRestOfTheState(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (old, new) = (SymmetricKey(size: .bits256), SymmetricKey(size: .bits256))
            let before = Vault(key: old)
            var conversations: [Conversation] = []
            for number in 1...3 {
                let customer = Customer.sample()
                var conversation = Conversation.sample(of: customer)
                var state = InterviewState(language: .portuguese)
                state.agentName = "Nova \(number)"
                let sealed = try before.seal(
                    Secret("\(number):token"), context: PastedToken.context(of: conversation.id))
                state.pasted = PastedToken(sealed: sealed, bot: BotIdentity(id: Int64(number), username: "nova_bot"))
                conversation.state = try state.json()
                conversations.append(conversation)
                try await database.write { [conversation] transaction in
                    try CustomerStore(transaction).insert(customer)
                    try ConversationStore(transaction).insert(conversation)
                }
            }
            let rotation = KeyRotation(database: database, vault: Vault(key: new, previous: [old]), batch: 2)
            #expect(try await rotation.pastedTokens().resealed == 3)
            #expect(try await rotation.pastedTokens() == KeyRotation.Report(), "there is nothing left to do")
            for (index, conversation) in conversations.enumerated() {
                let stored = try await database.read {
                    try ConversationStore($0).find(customerID: conversation.customerID)
                }
                let state = try InterviewState(json: try #require(stored).state)
                let pasted = try #require(state.pasted)
                let token = try Vault(key: new).open(pasted.sealed, context: PastedToken.context(of: conversation.id))
                #expect(token.reveal() == "\(index + 1):token")
                #expect(pasted.bot?.id == Int64(index + 1) && state.agentName == "Nova \(index + 1)")
            }
        }
    }

    @Test func namesTheConversationWhosePastedTokenOpensWithNoKey() async throws {
        try await Engine.sqlite.withDatabase { database in
            let customer = Customer.sample()
            var conversation = Conversation.sample(of: customer)
            var state = InterviewState(language: .english)
            state.pasted = PastedToken(sealed: "v1.broken", bot: nil)
            conversation.state = try state.json()
            try await database.write { [conversation] transaction in
                try CustomerStore(transaction).insert(customer)
                try ConversationStore(transaction).insert(conversation)
            }
            let rotation = KeyRotation(database: database, vault: Vault(key: SymmetricKey(size: .bits256)))
            let report = try await rotation.pastedTokens()
            #expect(report.resealed == 0 && report.unreadable == [conversation.id.rawValue])
        }
    }
}
