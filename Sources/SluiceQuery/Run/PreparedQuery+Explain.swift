import GRDBSQLite
import SluiceConnectors
import SluiceCore
import SluicePipelines

extension PreparedQuery {
    /// How the query is answered, for people: who answers and why, what is read of each table, and what is done with it.
    package func explanation() async throws -> [String] {
        switch path {
        case .engine: try await engineExplanation()
        case .sqlite(_, let reason, let select): try await sqliteExplanation(reason, select)
        }
    }

    private func engineExplanation() async throws -> [String] {
        let sink = OpenedConnector(name: "result", openedSink: ResultSink { _ in })
        let plan = try await plan(
            "query", to: EndDefinition(connector: "result", options: OptionValues([])), steps: [], sourceConnectors + [sink])
        return ["answered by: engine"] + (try await plan.queryExplanation())
    }

    private func sqliteExplanation(_ reason: String, _ select: String) async throws -> [String] {
        let details = try await session.thread.run { [session] in
            let statement = try session.prepare("EXPLAIN QUERY PLAN " + select)
            defer { sqlite3_finalize(statement) }
            var details: [(parent: Int64, id: Int64, text: String)] = []
            while try session.step(statement) {
                details.append(
                    (sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 0), SQLValue.value(statement, 3).description))
            }
            return details
        }
        var depths: [Int64: Int] = [0: 0]
        var lines = ["answered by: SQLite, because of \(reason)"]
        for detail in details {
            let depth = depths[detail.parent] ?? 0
            depths[detail.id] = depth + 1
            lines.append(String(repeating: "  ", count: depth) + described(detail.text))
        }
        for table in session.tables {
            let columns = session.readColumns.filter { $0.table === table }.map { table.columns[$0.column].field.name }
            guard let part = table.source as? PartSource, !columns.isEmpty else { continue }
            lines.append("\(table.label), by the engine:")
            lines += try await part.plan(columns).queryExplanation().map { "  " + $0 }
        }
        return lines
    }

    /// A line of SQLite's plan, with what its number of a scan stands for.
    private func described(_ text: String) -> String {
        guard let range = text.firstRange(of: "VIRTUAL TABLE INDEX ") else { return text }
        let digits = text[range.upperBound...].prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let (table, plan) = session.plan(number) else { return text }
        return text[..<range.lowerBound] + "(\(table.label)): " + plan.description(of: table)
    }
}

extension LogicalPlan {
    /// What is read, and what is done with it, a line each; what is done for a join or a union stands under it.
    func queryExplanation() async throws -> [String] {
        var lines = source.queryLines
        for step in steps {
            // The bound on memory is none that a query sets.
            lines.append("\(step.operation.verb): \(step.summary.replacing(", by disk beyond --memory", with: ""))")
            let other: PlannedSource? =
                switch step.operation {
                case .join(let join): join.table
                case .union(let union): union.other
                default: nil
                }
            guard let other else { continue }
            let part = other.source as? PartSource
            let own = try await part?.plan(other.columns).queryExplanation() ?? other.queryLines
            lines += own.map { "  " + $0 }
        }
        return lines
    }
}

extension PlannedSource {
    fileprivate var queryLines: [String] {
        var lines = ["reads \(summary): columns \(columns.joined(separator: ", "))"]
        if let bounds = condition?.bounds, !bounds.isEmpty {
            lines.append("pushed down: " + bounds.map(\.description).joined(separator: " and "))
        }
        return lines
    }
}

extension ColumnBound {
    /// The comparison for people.
    fileprivate var description: String {
        func shown(_ value: Value) -> String {
            if case .string(let text) = value { SQLQuote.text(text) } else { value.description }
        }
        return switch relation {
        case .isIn(let values) where values.count == 1: "\(column) = \(shown(values[0]))"
        case .isIn(let values): "\(column) in (\(values.map(shown).joined(separator: ", ")))"
        case .less(let value): "\(column) < \(shown(value))"
        case .lessOrEqual(let value): "\(column) <= \(shown(value))"
        case .greater(let value): "\(column) > \(shown(value))"
        case .greaterOrEqual(let value): "\(column) >= \(shown(value))"
        case .isNull: "\(column) is null"
        case .isNotNull: "\(column) is not null"
        }
    }
}

extension LogicalOperation {
    /// What the operation does, in a word.
    fileprivate var verb: String {
        switch self {
        case .filter: "filters"
        case .project: "computes"
        case .limit: "keeps"
        case .sort: "sorts"
        case .deduplicate: "keeps different rows"
        case .aggregate: "groups"
        case .join: "joins"
        case .union: "adds"
        default: "does"
        }
    }
}
