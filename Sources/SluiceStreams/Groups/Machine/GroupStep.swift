/// What to do after a member looked at its group.
package struct GroupStep: Hashable, Sendable {
    /// Where the member stands in its group.
    package enum Membership: Hashable, Sendable {
        case joined
        /// Others took it for dead; it has to join again.
        case expelled
        /// A later start with its name took its place; this one has to end.
        case replaced
        /// The group is gone.
        case deleted
    }

    /// For the reader of shards, in order.
    package var orders: [GroupOrder]
    /// For the store; the group that it returns is to be looked at, too.
    package var changes: [LeaseChange]
    package var membership: Membership

    package init(orders: [GroupOrder] = [], changes: [LeaseChange] = [], membership: Membership = .joined) {
        self.orders = orders
        self.changes = changes
        self.membership = membership
    }
}
