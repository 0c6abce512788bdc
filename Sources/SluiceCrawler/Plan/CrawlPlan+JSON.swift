import SluiceCatalog
package import SluiceCore

extension CrawlPlan {
    /// Everything, with stable keys.
    package var json: Value {
        .structure([
            .init("crawler", .string(crawler)), .init("unchanged", .boolean(isUnchanged)),
            .init("verified", .string(verification.rawValue)), .init("figures", figures.json), .init("tables", .list(tables.map(\.json))),
            .init(
                "gone",
                .list(gone.map { .structure([.init("table", .string($0.name.description)), .init("fate", .string($0.fate.rawValue))]) })),
            .init("left_out", .list(leftOut.map(Self.json))),
            .init(
                "skipped",
                .list(
                    skipped.map {
                        .structure([
                            .init("path", .string($0.path)), .init("reason", .string($0.reason.rawValue)),
                            .init("message", .string($0.message)),
                        ])
                    })), .init("notices", .list(notices.map { .string($0) })),
        ])
    }

    /// For the run history: counts, without what the tables are.
    var summary: Value {
        func count(_ change: PlannedTable.Change) -> Value { .integer(Int64(tables.count { $0.change == change })) }
        let missed = (leftOut.filter { $0.kind != .seen } + skipped.map { LeftOut(path: $0.path, kind: .unreadable, message: $0.message) })
            .sorted { ($0.kind.weight, $0.path) < ($1.kind.weight, $1.path) }
        let partitions = tables.reduce((0, 0)) { ($0.0 + $1.addedPartitions.count, $0.1 + $1.removedPartitions.count) }
        return .structure([
            .init("unchanged", .boolean(isUnchanged)), .init("tables", .integer(Int64(tables.count))),
            .init("tables_created", count(.created)),
            .init("tables_updated", count(.updated)), .init("tables_gone", .integer(Int64(gone.count))),
            .init("partitions_added", .integer(Int64(partitions.0))), .init("partitions_removed", .integer(Int64(partitions.1))),
            .init("left_out", .integer(Int64(leftOut.count + skipped.count))),
            .init("left_out_files", .list(missed.prefix(CrawlLimits.listed).map(Self.json))),
            .init("verified", .string(verification.rawValue)),
            .init("figures", figures.json),
        ])
    }

    private static func json(_ file: LeftOut) -> Value {
        .structure([.init("path", .string(file.path)), .init("kind", .string(file.kind.rawValue)), .init("message", .string(file.message))])
    }
}

extension CrawlPlan.LeftOut.Kind {
    /// Those first whose rows a table lacks.
    fileprivate var weight: Int {
        switch self {
        case .odd: 0
        case .unreadable: 1
        case .recognised: 2
        case .unknown: 3
        case .empty: 4
        case .seen: 5
        }
    }
}
