import Core
import FoundationEssentials
import Jobs
import SQL
import Store
import TestSupport

/// A way to do it wrong.
enum PlantedBug: String, CaseIterable, Sendable {
    /// Stripe is told that an event has arrived before it is stored.
    case acknowledgesBeforeCommit
    /// What an event says is written, whatever came before, instead of what Stripe says now.
    case appliesInArrivalOrder
    /// What was done isn't noted with it, so that it is done again.
    case repeatsEffects
    /// A period's limit is the plan's of the moment, whatever was paid.
    case limitsByTierOfTheMoment

    /// How the fault begins that it leads to.
    var fault: String {
        switch self {
        case .acknowledgesBeforeCommit: "lost"
        case .appliesInArrivalOrder: "wrong: sub_"
        // Looking once more changes the books: what was told counts as new again.
        case .repeatsEffects, .limitsByTierOfTheMoment: "wrong: the books"
        }
    }
}

extension TestShop {
    /// Puts handlers that do it wrong in the place of those that do it right.
    func plant(_ bug: PlantedBug?, in handlers: inout JobHandlers) {
        let right = handlers.handlers
        let database = platform.database
        func replace<Arguments: JobArguments>(_: Arguments.Type, _ statements: @escaping @Sendable (Arguments) -> [String]) {
            handlers.register(Arguments.self) { arguments, context in
                try await right[Arguments.kind]?(JSONEncoder().encode(arguments), context)
                try await database.write { transaction in
                    for statement in statements(arguments) { try transaction.execute(statement, []) }
                }
            }
        }
        switch bug {
        case .acknowledgesBeforeCommit, nil: break
        case .appliesInArrivalOrder:
            replace(HandleStripeEvent.self) { job in
                [
                    """
                    UPDATE subscriptions SET status = (SELECT json_extract(payload, '$.data.object.status') FROM stripe_events
                        WHERE id = '\(job.eventID)')
                    WHERE stripe_id = (SELECT json_extract(payload, '$.data.object.id') FROM stripe_events
                        WHERE id = '\(job.eventID)')
                    """
                ]
            }
            // Nobody asks Stripe for what the subscription is now, once it is known.
            handlers.register(ConvergeSubscription.self) { job, context in
                let isKnown = try await database.read {
                    try BillingStore($0).subscription(stripeID: job.stripeID) != nil
                }
                if !isKnown { try await right[ConvergeSubscription.kind]?(JSONEncoder().encode(job), context) }
            }
        case .repeatsEffects: replace(ConvergeSubscription.self) { _ in ["DELETE FROM notices"] }
        case .limitsByTierOfTheMoment:
            replace(ConvergeSubscription.self) { _ in
                Tier.allCases.map { tier in
                    """
                    UPDATE quotas SET token_limit = \(PlanTable.builtIn[tier].monthlyUnits)
                    WHERE customer_id IN (SELECT customer_id FROM subscriptions WHERE tier = '\(tier.rawValue)')
                    """
                }
            }
        }
    }
}
