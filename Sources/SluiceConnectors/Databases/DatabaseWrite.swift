import SluiceCore
import SluicePipelines

/// What a definition says of a table as a sink, whatever database it is in.
struct DatabaseWrite: Sendable {
    var mode: DatabaseMode
    var keys: [String]
    var onNewColumn: NewColumns
    var contract: SchemaContract?
    private let contractLocation: SourceLocation?

    /// - Throws: `missingKey` or `invalidOption`, placed, where mode and keys do not fit.
    init(_ options: OptionValues) throws(SluiceError) {
        mode = try options.enumeration("mode", as: DatabaseMode.self) ?? .append
        keys = try options.strings("keys")
        contract = try SchemaContract.read(options)
        contractLocation = options.location(of: "contract")
        if contract != nil, options.has("on_new_column") {
            throw options.invalid(
                "on_new_column", "the contract says what becomes of new columns",
                remedy: "leave on_new_column out: add, fail and ignore are evolve, freeze and discard_value of the contract's columns")
        }
        onNewColumn = try options.enumeration("on_new_column", as: NewColumns.self) ?? (contract?.columns == .evolve ? .add : .fail)
        if mode == .upsert {
            guard !keys.isEmpty else {
                throw SluiceError(
                    .missingKey, "mode: upsert needs keys, which say which rows are one", at: options.location(of: "mode"),
                    remedy: "for example: keys: [id]")
            }
        } else if !keys.isEmpty {
            throw options.invalid(
                "keys", "keys mean nothing with mode: \(mode.rawValue)", remedy: "write mode: upsert to replace rows by their keys")
        }
        for (index, key) in keys.enumerated() where keys[..<index].contains(key) {
            throw options.invalid("keys", "keys names \"\(key)\" twice", remedy: "leave one out")
        }
    }

    /// The contract with a table, which the database has its own words for.
    func contract(with table: any DatabaseTable, for rows: Schema) throws(SluiceError) -> SinkContract? {
        guard let contract else { return nil }
        var sink = SinkContract(contract, table: table.name, schema: try table.columns(for: rows), location: contractLocation)
        // Columns that the rows lack get the database's defaults, or keep what they have.
        sink.fillsMissing = false
        return sink
    }

    var effect: String { mode == .upsert ? "merged by " + keys.joined(separator: ", ") : mode.effect }
}
