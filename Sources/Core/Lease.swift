/// What a token proxy asks for when a customer's calls need more units than it holds for them.
package struct LeaseRequest: Sendable, Hashable {
    package let customerID: Customer.ID
    /// The proxy process that will hold the units.
    package let holder: String
    /// With fewer units than these nothing can be done.
    package let least: Int
    /// Units of the calls that wait. With none, the holder only wants to know what it has.
    package let need: Int
    /// Units that would do for a while.
    package let want: Int
    package let at: Timestamp

    package init(customerID: Customer.ID, holder: String, least: Int, need: Int, want: Int, at: Timestamp) {
        self.customerID = customerID
        self.holder = holder
        self.least = least
        self.need = need
        self.want = want
        self.at = at
    }
}

/// What became of a ``LeaseRequest``.
package struct LeaseAnswer: Sendable, Hashable {
    /// Units that the holder has now besides those it had; 0 if not even the least could be given.
    package let granted: Int
    /// All units of the holder's lease that are not booked as used yet.
    package let held: Int
    /// As it is now, the lease included in `reserved`.
    package let quota: Quota

    package init(granted: Int, held: Int, quota: Quota) {
        self.granted = granted
        self.held = held
        self.quota = quota
    }

    /// Units of the period that are neither used nor this holder's: free, or held by other processes.
    package var elsewhere: Int { max(0, quota.limit - quota.used - held) }
    package var heldByOthers: Int { max(0, quota.reserved - held) }
}

extension Quota {
    /// How much of what is left one holder gets: all that it wants while there is plenty; near the limit no more than its
    /// calls need, so that other holders get their share.
    package func slice(_ request: LeaseRequest) -> Int {
        if request.need == 0 { return 0 }
        // Small leases would make calls wait; large ones cost a customer much when a machine goes down.
        let want = max(request.want, limit / 50)
        if available >= 4 * want { return want }
        if available >= request.need { return max(request.need, min(want, available / 4)) }
        return available >= request.least ? available : 0
    }
}
