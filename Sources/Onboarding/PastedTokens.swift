import Core
package import Store

extension KeyRotation {
    /// The tokens that were pasted into chats and that no box has taken over yet.
    /// - Throws: `SQLError`.
    package func pastedTokens() async throws -> Report {
        try await run { transaction, vault, last, limit in
            let store = ConversationStore(transaction)
            return try store.all(whoseStateHas: "sealed", after: last, limit: limit).map { conversation in
                let id = conversation.id.rawValue
                var state = try InterviewState(json: conversation.state)
                guard let pasted = state.pasted else { return (id, .unchanged) }
                let new: String?
                do {
                    new = try vault.rewrap(pasted.sealed, context: PastedToken.context(of: conversation.id))
                } catch is DomainError {
                    return (id, .unreadable)
                }
                guard let new else { return (id, .unchanged) }
                state.pasted = PastedToken(sealed: new, bot: pasted.bot)
                var conversation = conversation
                conversation.state = try state.json()
                try store.update(conversation)
                return (id, .resealed)
            }
        }
    }
}
