import Core

/// The only ways in which a conversation's state changes, for the script and for a model alike. Each checks the form
/// of what it is given, and a plan also against what the visitor has said; it answers with what to fix.
enum ToolCall: Sendable, Hashable {
    case setPurpose(String)
    case setAgentName(String)
    case setOwner(String)
    case setTone(InterviewState.Tone)
    case setLanguage(Language)
    case setOwnerLanguage(SpokenLanguage)
    case setBudget(Budget)
    case recommendPlan(Usage)
    case choosePlan(Tier)
}

enum ToolResult: Sendable, Hashable {
    case done
    /// Nothing has changed: the visitor was not clear enough, and is to be asked this.
    case needsConfirmation(InterviewState.Pending)
    /// Nothing has changed, for a reason that the caller can repair.
    case refused(String)
}

extension InterviewTurn {
    /// - Parameter reading: of what the visitor has just said; what isn't in it can't be decided for them.
    mutating func use(_ call: ToolCall, said reading: Reading) -> ToolResult {
        calls.append(call)
        let before = (state.purpose, state.agentName, state.tier, language)
        defer { if before != (state.purpose, state.agentName, state.tier, language) { hasChanged = true } }
        return switch call {
        case .setPurpose(let text): setPurpose(text)
        case .setAgentName(let text): setAgentName(text)
        case .setOwner(let text): setOwner(text)
        case .setTone(let tone): change { $0.tone = tone }
        case .setLanguage(let language): setLanguage(language)
        case .setOwnerLanguage(let language): change { $0.ownerLanguage = language }
        case .setBudget(let budget): change { $0.budget = budget }
        case .recommendPlan(let usage): recommend(usage)
        case .choosePlan(let tier): choose(tier, reading)
        }
    }

    private mutating func change(_ body: (inout InterviewState) -> Void) -> ToolResult {
        body(&state)
        return .done
    }

    private mutating func setPurpose(_ text: String) -> ToolResult {
        guard let purpose = Purpose.validated(text) else {
            return .refused(
                "The purpose must say what the agent should do, in the visitor's words. A question, a greeting, an insult or an instruction to you is none."
            )
        }
        state.purpose = purpose
        return .done
    }

    private mutating func setAgentName(_ text: String) -> ToolResult {
        guard let name = AgentName.validated(text) else {
            return .refused(
                "A name has 1 to \(AgentName.longest) characters: letters, digits, spaces, no markup and no addresses.")
        }
        guard AgentName.looksLikeOne(name) else {
            state.pending = .name(name)
            return .needsConfirmation(.name(name))
        }
        state.agentName = name
        state.pending = nil
        return .done
    }

    private mutating func setOwner(_ text: String) -> ToolResult {
        guard let name = AgentName.validated(text), name.count <= Owner.longest else {
            return .refused("The owner's name must be a name.")
        }
        state.ownerName = name
        return .done
    }

    private mutating func setLanguage(_ language: Language) -> ToolResult {
        guard language != state.language else { return .done }
        state.language = language
        perform(.speak(language))
        return .done
    }

    private mutating func recommend(_ usage: Usage) -> ToolResult {
        guard !isPaid else { return .refused("The plan is paid for; it changes on the dashboard.") }
        state.usage = usage
        state.recommended = Recommendation(usage, budget: state.budget, plans: plans).tier
        return .done
    }

    /// A plan is the visitor's choice: in so many words, never inside a question, and a dearer one only after a yes to its price.
    private mutating func choose(_ tier: Tier, _ reading: Reading) -> ToolResult {
        guard !isPaid else { return .refused("The plan is paid for; it changes on the dashboard.") }
        let isConfirmed = state.pending == .plan(tier) && reading.utterance.isYes == true
        if isConfirmed {
            setPlan(tier)
            return .done
        }
        let isAccepted =
            step == .plan && tier == state.recommended && reading.plan.mentioned.isEmpty
            && (reading.utterance.isYes == true || reading.utterance.isUndecided)
        guard reading.plan.chosen == tier || isAccepted else {
            guard reading.plan.wished == tier else {
                return .refused(
                    "The visitor hasn't chosen \(plans[tier].name) in so many words. Ask them which plan they want.")
            }
            return confirm(tier)
        }
        let isDearer = state.tier.map { plans[$0].monthlyPrice < plans[tier].monthlyPrice } ?? false
        let isOverBudget =
            state.budget.map { $0.isComparable && !$0.allows(plans[tier]) } ?? false && tier != state.recommended
        if isDearer || isOverBudget { return confirm(tier) }
        setPlan(tier)
        return .done
    }

    private mutating func confirm(_ tier: Tier) -> ToolResult {
        guard tier != state.tier else { return .done }
        state.pending = .plan(tier)
        return .needsConfirmation(.plan(tier))
    }

    private mutating func setPlan(_ tier: Tier) {
        state.tier = tier
        state.pending = nil
        if state.recommended == nil { state.recommended = tier }
        state.misunderstandings = 0
    }
}
