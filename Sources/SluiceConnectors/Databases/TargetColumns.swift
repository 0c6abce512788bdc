import SluiceCore

/// Which columns of the rows go into which of a table, and what the table has to be given first.
struct TargetColumns: Sendable {
    /// A column that is written.
    struct Column: Sendable {
        /// In the rows.
        var index: Int
        var name: String
        /// In the database's words, for a column that the table may have to be given.
        var declaration: String
        /// Whether the table takes no null.
        var isRequired: Bool
    }

    var columns: [Column]
    /// Columns that the table lacks and is given.
    var added: Set<String> = []
    /// Whether the table is there.
    var exists: Bool
    /// Whether the table may refuse rows for a reason that is not known before it has seen them.
    var hasRules = false
}

/// A column of a table that is there.
struct ExistingColumn: Sendable {
    var name: String
    /// In the database's words.
    var declaration: String
    /// Whether a row that says nothing about it is refused.
    var needsValue: Bool
    var takesNull: Bool
    /// Whether the database computes it.
    var isGenerated = false
}

extension [ExistingColumn] {
    /// The columns that rows can fill, under the rows' names, with the rows' types where these fit.
    ///
    /// - Parameter type: What values of a declared column are; nil where the declaration does not say.
    func schema(
        for rows: Schema, foldsCase: Bool, type: (String) -> DataType?, misfit: (DataType, ExistingColumn) -> String?
    ) throws(SluiceError) -> Schema {
        func folded(_ name: String) -> String { foldsCase ? name.lowercased() : name }
        var fields: [Field] = []
        for column in self where !column.isGenerated {
            let declared = type(column.declaration)
            if let field = rows.fields.first(where: { folded($0.name) == folded(column.name) }) {
                fields.append(Field(field.name, misfit(field.type, column) == nil ? field.type : declared ?? field.type))
            } else {
                fields.append(Field(column.name, declared ?? .string))
            }
        }
        return try Schema(fields)
    }
}

/// Compares rows with the table that they are to be written to.
struct TargetComparison {
    /// As messages name it.
    let table: String
    let write: DatabaseWrite
    let schema: Schema
    /// The type in the database's words.
    let declaration: (DataType) -> String
    /// Why a column cannot hold values of the type as they are; nil where it can.
    let misfit: (DataType, ExistingColumn) -> String?
    /// How the database tells names apart.
    var foldsCase = true

    /// For a table that the run makes.
    func made() throws(SluiceError) -> TargetColumns {
        try checkKeys()
        try checkNames()
        var columns: [TargetColumns.Column] = []
        for (index, field) in schema.fields.enumerated() {
            columns.append(
                .init(index: index, name: field.name, declaration: declaration(field.type), isRequired: write.keys.contains(field.name)))
        }
        return TargetColumns(columns: columns, exists: false)
    }

    /// For a table that is there.
    ///
    /// - Throws: `schemaMismatch` for the first difference that would lose or change something.
    func compared(with existing: [ExistingColumn]) throws(SluiceError) -> TargetColumns {
        try checkKeys()
        try checkNames()
        var target = TargetColumns(columns: [], exists: true)
        var met: Set<String> = []
        for (index, field) in schema.fields.enumerated() {
            guard let column = existing.first(where: { folded($0.name) == folded(field.name) }) else {
                try addNew(field, index, existing, to: &target)
                continue
            }
            guard !column.isGenerated else {
                throw SluiceError(
                    .schemaMismatch, "column \"\(column.name)\" of \(table) is computed by the database and cannot be written",
                    remedy: "leave it out with the step drop")
            }
            if let reason = misfit(field.type, column) {
                throw SluiceError(
                    .schemaMismatch,
                    "column \"\(field.name)\" is \(field.type), and \(table) has it as \(column.declaration): \(reason)",
                    remedy: "cast the column with the step cast, or change the table")
            }
            met.insert(column.name)
            target.columns.append(
                .init(
                    index: index, name: column.name, declaration: column.declaration,
                    isRequired: !column.takesNull || write.keys.contains(field.name)))
        }
        guard !target.columns.isEmpty else {
            throw SluiceError(.schemaMismatch, "\(table) has none of the columns of the rows", remedy: "rename the columns")
        }
        for column in existing where column.needsValue && !met.contains(column.name) && !column.isGenerated {
            throw SluiceError(
                .schemaMismatch, "\(table) has the column \"\(column.name)\", which takes no null and has no default, and the rows lack it",
                remedy: "derive it, or give the column a default")
        }
        return target
    }

    private func addNew(_ field: Field, _ index: Int, _ existing: [ExistingColumn], to target: inout TargetColumns) throws(SluiceError) {
        switch write.onNewColumn {
        case .ignore:
            guard !write.keys.contains(field.name) else { throw unknown(field.name, existing) }
        case .fail: throw unknown(field.name, existing)
        case .add:
            target.added.insert(field.name)
            target.columns.append(.init(index: index, name: field.name, declaration: declaration(field.type), isRequired: false))
        }
    }

    private func unknown(_ name: String, _ existing: [ExistingColumn]) -> SluiceError {
        let near = Suggestion.nearest(to: name, in: existing.map(\.name)).map { "is \"\($0)\" meant? otherwise " } ?? ""
        return SluiceError(
            .schemaMismatch, "\(table) has no column \"\(name)\"",
            remedy: near + "write on_new_column: add to give it to the table, or ignore to leave it out")
    }

    private func checkKeys() throws(SluiceError) {
        for key in write.keys { _ = try schema.require(key) }
    }

    private func checkNames() throws(SluiceError) {
        var known: [String: String] = [:]
        for name in schema.names {
            if let other = known.updateValue(name, forKey: folded(name)) {
                throw SluiceError(
                    .schemaMismatch, "the columns \"\(other)\" and \"\(name)\" are one column in \(table)", remedy: "rename one of them")
            }
        }
    }

    private func folded(_ name: String) -> String { foldsCase ? name.lowercased() : name }
}

extension SluiceError.Code {
    /// A row that no table takes as it is; what a database itself refuses has the same name.
    static let rowRefused = Self("database-constraint")
    /// The rows of a run and the table of a database do not fit.
    static let schemaMismatch = Self("schema-mismatch", .definition)
}
