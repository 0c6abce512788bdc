import SluiceCore
import SluiceFormats
import SluicePipelines

/// What becomes of records of a source that are not as its columns are declared, in a definition or in the catalog.
///
/// A sink's contract has more to choose from: it sees each value of each column. A source that leaves a value out would have to read records
/// twice, so it does not.
struct SourceContract: Sendable {
    var onNewColumn: NewColumns
    /// Of a record with a value that is none of its column's type; nil: what the pipeline does with all bad records.
    private var misfits: RowError.Handling?

    private enum Columns: String, CaseIterable {
        case evolve, freeze
        case discardValue = "discard_value"
    }

    private enum Types: String, CaseIterable {
        case freeze
        case discardRow = "discard_row"
    }

    static let specification = OptionSpecification(
        "contract",
        .either([
            .enumeration(["freeze"]),
            .object([
                OptionSpecification(
                    "columns", .enumeration(Columns.allCases.map(\.rawValue)), default: Columns.evolve.rawValue,
                    "Columns that are not declared: evolve reads them, too, freeze fails, discard_value leaves them out."),
                OptionSpecification(
                    "types", .enumeration(Types.allCases.map(\.rawValue)),
                    "A value that is none of its column's type, whatever on_error says: freeze fails the run, discard_row keeps the record as a "
                        + "dead letter."),
            ]),
        ]),
        "What records may have beside the declared columns: freeze for nothing, or words for columns and types.",
        examples: ["freeze", "{columns: discard_value, types: discard_row}"])

    /// Nil where nothing is said.
    init?(_ options: OptionValues) throws(SluiceError) {
        guard let node = options["contract"] else { return nil }
        if options.has("on_new_column") {
            throw options.invalid(
                "on_new_column", "the contract says what becomes of new columns",
                remedy: "leave on_new_column out: add, fail and ignore are evolve, freeze and discard_value of the contract's columns")
        }
        guard node.isMapping else {
            (onNewColumn, misfits) = (.fail, .fail)
            return
        }
        switch try node[key: "columns"]?.enumeration(Columns.self) ?? .evolve {
        case .evolve: onNewColumn = .add
        case .freeze: onNewColumn = .fail
        case .discardValue: onNewColumn = .ignore
        }
        switch try node[key: "types"]?.enumeration(Types.self) {
        case .freeze: misfits = .fail
        case .discardRow: misfits = .keep
        case nil: misfits = nil
        }
    }

    /// Rejects with what becomes of them.
    func handled(_ rejects: [Reject]) -> [Reject] {
        guard let misfits, !rejects.isEmpty else { return rejects }
        return rejects.map { reject in
            guard reject.error.code == .valueDoesNotFit else { return reject }
            var reject = reject
            reject.error.handling = misfits
            return reject
        }
    }
}

extension FileSource {
    /// The files of a table, held to a contract with it: every file's header is looked at.
    ///
    /// - Throws: `headerMismatch` for a column that the table does not have and may not get, and what reading headers throws.
    func holding(to contract: SourceContract, _ format: any Format, _ keys: Set<String>) throws(SluiceError) -> FileSource {
        let fields = schema.fields.filter { !keys.contains($0.name) }
        let options = FileReadOptions(
            format: format, declared: fields.map { DeclaredColumn($0.name, $0.type) }, onNewColumn: contract.onNewColumn,
            mayLackDeclared: true)
        guard !files.isEmpty else { return self }
        let found = try FileInspection(files, options).resolve()
        let known = Set(schema.names)
        let added = found.schema.fields.filter { !known.contains($0.name) && !found.partitionColumns.contains($0.name) }
        var source = FileSource(
            files, format, codec: nil, schema: try Schema(fields + added + schema.fields.filter { keys.contains($0.name) }),
            partitionColumns: keys, notices: found.notices)
        source.watch = NewMemberWatch(fields + added, options)
        source.contract = contract
        return source
    }
}
