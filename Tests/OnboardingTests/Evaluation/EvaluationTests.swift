import Core
import FoundationEssentials
import Testing

@testable import Onboarding

/// The evaluation set against the script; `make eval-onboarding` prints the figures.
struct EvaluationTests {
    @Test func theScriptAloneServesTheSetWithoutAnythingThatMustNeverHappen() async throws {
        var visits: [Visit] = []
        for visitor in try Visitor.all() {
            visits.append(await Visit.run(visitor, with: InterviewChat(visitor.page ?? .english)))
        }
        let report = EvaluationReport(visits: visits)
        try report.write(to: "eval-onboarding.txt")
        #expect(visits.count >= 100)
        #expect(report.violations.isEmpty)
        #expect(report.completion >= 0.85, "\(report)")
        #expect((4...6).contains(report.medianExchanges))
        #expect(report.answered * 10 >= report.questions * 9)
    }

    @Test func eachVisitorHasAnIdOfTheirOwn() throws {
        let visitors = try Visitor.all()
        #expect(Set(visitors.map(\.id)).count == visitors.count)
    }
}

extension EvaluationReport {
    /// In the folder of the build, where `make eval-onboarding` finds it.
    func write(to name: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        try Data(description.utf8).write(to: root.appending(path: ".build/\(name)"))
    }
}
