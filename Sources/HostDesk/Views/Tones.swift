import Core
import Jobs

extension Subscription.Status {
    var tone: Cell.Tone {
        switch self {
        case .active, .trialing: .good
        case .pastDue, .incomplete: .busy
        case .unpaid: .bad
        case .paused, .canceled, .incompleteExpired: .quiet
        }
    }
}

extension Job.State {
    var tone: Cell.Tone {
        switch self {
        case .complete: .good
        case .queued, .running: .busy
        case .failed: .bad
        }
    }
}

extension Spare.State {
    var tone: Cell.Tone {
        switch self {
        case .ready: .good
        case .starting: .busy
        case .retired: .quiet
        }
    }
}

extension Backup.State {
    var tone: Cell.Tone {
        switch self {
        case .done: .good
        case .running: .busy
        case .failed: .bad
        }
    }
}

extension Rollout.State {
    var tone: Cell.Tone {
        switch self {
        case .done: .good
        case .running: .busy
        case .halted: .bad
        }
    }
}

extension Box {
    /// Its status, and how that fits what is wanted.
    var stateCell: Cell {
        switch (desired, status) {
        case (.running, .running): .state(status.rawValue, observedGeneration == generation ? .good : .busy)
        case (.running, .failed): .state(status.rawValue, .bad)
        case (.running, _): .state(status.rawValue, .busy)
        case (.draft, _), (.suspended, _), (.deleted, _): .state(status.rawValue, .quiet)
        }
    }
}
