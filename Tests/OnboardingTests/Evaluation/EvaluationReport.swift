import Core

/// The figures of an evaluation.
struct EvaluationReport: Sendable, CustomStringConvertible {
    let visits: [Visit]

    /// The share of the visitors with everything right.
    var completion: Double { Double(visits.count(where: \.isComplete)) / Double(max(1, visits.count)) }
    var medianExchanges: Int { visits.map(\.exchanges).sorted()[visits.count / 2] }
    var questions: Int { visits.reduce(0) { $0 + $1.questions } }
    var answered: Int { visits.reduce(0) { $0 + $1.answered } }
    var violations: [String] { visits.flatMap { visit in visit.violations.map { "\(visit.visitor.id): \($0)" } } }

    var summary: String {
        let complete = visits.count(where: \.isComplete)
        return """
            completion  \(complete) of \(visits.count) (\(Int(completion * 100)) %)
            exchanges   \(medianExchanges) at the median
            questions   \(answered) of \(questions) answered
            violations  \(violations.count)
            """
    }

    var description: String {
        let failed = visits.filter { !$0.isComplete || !$0.violations.isEmpty }
        let stories = failed.map { visit in
            "== \(visit.visitor.id): \(visit.visitor.kind)\n\((visit.faults + visit.violations).joined(separator: "\n"))\n"
                + visit.transcript.joined(separator: "\n") + "\n"
        }
        return stories.joined(separator: "\n") + "\n" + summary + "\n"
    }
}
