/// What a customer can buy. The figures behind each are in ``PlanTable``.
package enum Tier: String, Sendable, Hashable, Codable, CaseIterable {
    case starter, pro, team
}
