package import Core
package import Jobs

/// The one place where what is wanted of an agent changes: the row, the operator's job, and the pages that show it.
extension UnitOfWork {
    /// Changes what is wanted of a box, see ``BoxStore/want(_:)``. Nobody makes a draft real, so it gets no job.
    /// - Returns: the box as it stands now, with its new generation; the box as it was given, if it is deleted already.
    /// - Throws: `SQLError`; an `EncodingError`.
    @discardableResult
    package func want(_ box: Box) throws -> Box {
        let wanted = try BoxStore(transaction).want(box)
        if wanted.desired != .draft { try reconcile(wanted) }
        return wanted
    }

    /// Wants the agent restarted though nothing else changes, see ``BoxStore/restart(_:now:)``.
    /// - Returns: the box as it stands now, with its new generation; `nil` if it isn't meant to run.
    /// - Throws: `SQLError`; an `EncodingError`.
    package func restart(_ box: Box) throws -> Box? {
        guard let restarted = try BoxStore(transaction).restart(box, now: now) else { return nil }
        try reconcile(restarted)
        return restarted
    }

    private func reconcile(_ box: Box) throws {
        try enqueue(ReconcileBox(box))
        changed(box.customerID)
    }
}
