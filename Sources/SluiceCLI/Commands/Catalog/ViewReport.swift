import SluiceCatalog
import SluiceCore

/// A view that was made, for people and for programs.
struct ViewReport {
    private let record: TableRecord
    private let isChanged: Bool

    /// - Parameter isChanged: Whether the view was made or replaced, and was not there already.
    init(_ record: TableRecord, isChanged: Bool) {
        self.record = record
        self.isChanged = isChanged
    }

    var report: Report {
        let columns = record.definition.columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
        return Report(
            [.line("view \(record.definition.name), version \(record.version)"), .line("columns: \(columns)", .dim)], json: json)
    }

    var json: Value {
        .structure([
            .init("view", .string(record.definition.name.description)), .init("version", .number(record.version)),
            .init("sql", .text(record.definition.view?.sql)),
            .init(
                "columns",
                .list(
                    record.definition.columns.map {
                        .structure([.init("name", .string($0.name)), .init("type", .string($0.type.description))])
                    })),
            .init("changed", .boolean(isChanged)),
        ])
    }
}
