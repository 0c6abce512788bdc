package import SluiceCatalog
package import SluiceCore
package import SluiceStreams

/// Consumer groups in the catalog's database, for members in any number of processes.
package struct CatalogLeaseStore: LeaseStore {
    private let catalog: Catalog
    private let limits = StoredGroup.Limits(
        groupsPerStream: GroupLimits.groupsPerStream, members: GroupLimits.members, leases: GroupLimits.leases)

    package init(_ catalog: Catalog) { self.catalog = catalog }

    package func join(_ group: GroupID, as member: MemberID, creating settings: GroupSettings) throws(SluiceError) -> GroupSnapshot {
        let stored = StoredGroup.Settings(
            start: settings.start.text, failoverMillis: settings.failoverMillis, handoverMillis: settings.handoverMillis)
        return try GroupSnapshot(
            catalog.joinGroup(group.stream, group.name, as: member.stored, creating: stored, limits: limits))
    }

    package func beat(_ group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot? {
        try Self.snapshot(catalog.beatGroup(group.stream, group.name, as: member.stored))
    }

    package func apply(_ changes: [LeaseChange], to group: GroupID, as member: MemberID) throws(SluiceError) -> GroupSnapshot? {
        try Self.snapshot(
            catalog.changeLeases(changes.map(\.stored), of: group.stream, group.name, as: member.stored, limits: limits))
    }

    package func leave(_ group: GroupID, as member: MemberID) throws(SluiceError) {
        try catalog.leaveGroup(group.stream, group.name, as: member.stored)
    }

    package func checkpoint(_ checkpoints: [LeaseCheckpoint]) throws(SluiceError) {
        try catalog.checkpointLeases(checkpoints.map(\.stored))
    }

    package func groups(of stream: String?) throws(SluiceError) -> [GroupID] {
        var groups: [GroupID] = []
        for found in try catalog.groups(of: stream) { groups.append(try GroupID(stream: found.stream, name: found.name)) }
        return groups
    }

    package func describe(_ group: GroupID) throws(SluiceError) -> GroupSnapshot {
        try GroupSnapshot(catalog.group(group.stream, group.name))
    }

    package func reset(_ group: GroupID, _ reset: GroupReset, force: Bool) throws(SluiceError) {
        let stored: StoredGroupReset =
            switch reset {
            case .all(let start, let leases): .all(start: start.text, leases: leases.map(\.stored))
            case .shards(let positions): .shards(positions.mapValues(\.stored))
            }
        try catalog.resetGroup(group.stream, group.name, stored, force: force, limits: limits)
    }

    package func delete(_ group: GroupID, force: Bool) throws(SluiceError) {
        try catalog.deleteGroup(group.stream, group.name, force: force)
    }

    private static func snapshot(_ stored: StoredGroup?) throws(SluiceError) -> GroupSnapshot? {
        guard let stored else { return nil }
        return try GroupSnapshot(stored)
    }
}
