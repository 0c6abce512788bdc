import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Two expressions that a join wants equal: of the rows that there are, and of the table that comes to them.
struct JoinSides {
    var left: [SQLToken]
    var right: [SQLToken]
}

extension EnginePlanner {
    /// An expression that rows are looked up by.
    private struct Key {
        var text: String
        var type: DataType
        /// The column that it is.
        var column: String?
    }

    private func key(_ tokens: [SQLToken], _ schema: Schema) throws -> Key {
        var own = translator(schema)
        own.text = tokens.expressionText
        let expression = try Expression(parsing: own.text)
        let text = try own.translate(expression.root).text
        return Key(text: text, type: try Expression(parsing: text).bind(to: schema).type, column: expression.soleColumn)
    }

    /// Columns of a side that are computed for a join, and the names of its keys.
    private struct Side {
        var added: [String] = []
        var names: [String] = []

        mutating func append(_ key: Key, as type: DataType, hidden: String, mustBeHidden: Bool) {
            if let column = key.column, key.type == type, !mustBeHidden, !names.contains(column) {
                names.append(column)
            } else {
                added.append((key.type == type ? key.text : "CAST(\(key.text) AS \(type))") + " AS \(SQLQuote.name(hidden))")
                names.append(hidden)
            }
        }

        mutating func appendConstant(_ hidden: String) {
            added.append("0 AS \(SQLQuote.name(hidden))")
            names.append(hidden)
        }
    }

    /// Joins a table to rows.
    ///
    /// - Parameters:
    ///   - columns: Of the table, that come behind those of the rows; not for joins that add none.
    ///   - sides: In the names of the rows, and of the table by itself. Without any, all rows meet all of the table.
    func join(
        _ kind: JoinKind, _ table: EnginePipeline, columns: [String] = [], prefix: String = "", to rows: inout Rows, _ sides: [JoinSides]
    ) async throws {
        var table = table
        var (left, right) = (Side(), Side())
        if sides.isEmpty {
            let hidden = hiddenName("key")
            left.appendConstant(hidden)
            right.appendConstant(hidden)
        }
        for side in sides {
            let (a, b) = (try key(side.left, rows.pipeline.schema), try key(side.right, table.schema))
            let type = try KeyTypes.common(a.type, b.type)
            let hidden = hiddenName("key")
            // In a join that keeps the table, the engine fills the rows' key columns from it.
            left.append(a, as: type, hidden: hidden, mustBeHidden: kind.keepsTable)
            right.append(b, as: type, hidden: hidden, mustBeHidden: false)
        }
        if !left.added.isEmpty { try await add("SELECT *, \(left.added.joined(separator: ", ")) FROM input", to: &rows.pipeline) }
        if !right.added.isEmpty { try await add("SELECT *, \(right.added.joined(separator: ", ")) FROM input", to: &table) }
        var definition: [(String, DefinitionNode)] = [
            ("with", part(table)), ("on", .mapping(zip(left.names, right.names).map { ($0, .text($1)) })), ("kind", .text(kind.rawValue)),
        ]
        if kind.addsColumns {
            definition.append(("columns", .list(columns.map { .text($0) })))
            if !prefix.isEmpty { definition.append(("prefix", .text(prefix))) }
        }
        let step: JoinStep
        do {
            step = try JoinStep(from: .mapping(definition))
        } catch let error as SluiceError {
            throw LeftToSQLite(error.message)
        }
        try await rows.pipeline.add(step, in: context(rows.pipeline))
    }
}
