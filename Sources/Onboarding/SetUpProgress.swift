package import Core
import Jobs
import SQL
import Store

/// How far a visitor's set-up has come, in steps that can be shown.
package struct SetUpProgress: Sendable, Hashable {
    package enum Step: Sendable, Hashable, CaseIterable {
        /// What it is for and what it is called.
        case agent
        case plan, telegram, payment
    }

    package let done: Set<Step>
    /// What is asked for now; `nil` once everything is done.
    package let current: Step?

    package init(done: Set<Step>, current: Step?) {
        self.done = done
        self.current = current
    }

    init(_ turn: InterviewTurn) {
        current =
            switch turn.step {
            case .purpose, .name: .agent
            case .usage, .plan: .plan
            case .telegram: .telegram
            case .payment: .payment
            case .served: nil
            }
        let (state, isPaid) = (turn.state, turn.isPaid)
        done = Set(
            Step.allCases.filter { step in
                switch step {
                case .agent: state.purpose != nil && state.agentName != nil
                case .plan: isPaid || state.tier != nil
                case .telegram: turn.botUsername != nil
                case .payment: isPaid
                }
            })
    }
}

extension OnboardingService {
    /// - Parameter customer: `nil` for somebody who hasn't said anything.
    /// - Throws: `SQLError`; a `DecodingError`.
    package func progress(of customer: Customer?) async throws -> SetUpProgress {
        let beginning = SetUpProgress(done: [], current: .agent)
        guard let customer else { return beginning }
        return try await queue.database.read { [clock = queue.clock] transaction in
            guard let conversation = try ConversationStore(transaction).find(customerID: customer.id) else {
                return beginning
            }
            let state = try InterviewState(json: conversation.state)
            let world = try InterviewWorld(service: self, transaction: transaction, now: clock.now, checked: nil)
                .read(customer, conversation, state, manager: nil)
            return SetUpProgress(InterviewTurn(plans: plans, state: state, world: world))
        }
    }
}
