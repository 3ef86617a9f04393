import Core
import Onboarding

/// How far the set-up has come; also what an event of the chat carries.
struct StagesView: Sendable {
    static let template = "stages"

    /// `Step 2 of 4: Plan`.
    let now: String
    let stages: [Stage]

    struct Stage: Sendable {
        let name: String
        let isDone: Bool
        let isCurrent: Bool
    }

    init(_ progress: SetUpProgress, texts: Texts) {
        let all = SetUpProgress.Step.allCases
        stages = all.map { step in
            Stage(
                name: Self.name(step, texts), isDone: progress.done.contains(step) && progress.current != step,
                isCurrent: progress.current == step)
        }
        let count = String(all.count)
        if let current = progress.current, let index = all.firstIndex(of: current) {
            now = texts(
                "chat_stage", ["number": String(index + 1), "count": count, "name": Self.name(current, texts)])
        } else {
            now = texts("chat_stages_done", ["count": count])
        }
    }

    private static func name(_ step: SetUpProgress.Step, _ texts: Texts) -> String {
        switch step {
        case .agent: texts["stage_agent"]
        case .plan: texts["stage_plan"]
        case .telegram: texts["stage_telegram"]
        case .payment: texts["stage_payment"]
        }
    }
}
