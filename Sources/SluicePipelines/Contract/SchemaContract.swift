package import SluiceCore

/// What rows may change of the table that they go to: whether it is made, gets columns, and gets columns of other types.
///
/// The words and their meaning are those of dlt ("Schema and data contracts").
package struct SchemaContract: Hashable, Sendable {
    /// What becomes of rows that differ.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// The table follows the rows.
        case evolve
        /// The table stays: the run fails.
        case freeze
        /// The table stays: such rows are dead letters.
        case discardRow = "discard_row"
        /// The table stays: rows are written without what differs.
        case discardValue = "discard_value"
    }

    /// A table that is not there.
    package var tables: Mode
    /// Columns that the table does not have.
    package var columns: Mode
    /// Columns of another type than the table's.
    package var types: Mode

    package init(tables: Mode = .evolve, columns: Mode = .evolve, types: Mode = .evolve) {
        self.tables = tables
        self.columns = columns
        self.types = types
    }

    package static let specification = OptionSpecification(
        "contract",
        .either([
            .enumeration(Mode.allCases.map(\.rawValue)),
            .object([
                OptionSpecification(
                    "tables", .enumeration(Mode.allCases.map(\.rawValue)), default: Mode.evolve.rawValue,
                    "A table that is not there: evolve makes it, freeze fails, discard_row and discard_value keep the rows as dead letters."
                ),
                OptionSpecification(
                    "columns", .enumeration(Mode.allCases.map(\.rawValue)), default: Mode.evolve.rawValue,
                    "Columns that the table does not have: evolve adds them, freeze fails, discard_row keeps rows with a value there as dead "
                        + "letters, discard_value leaves them out."),
                OptionSpecification(
                    "types", .enumeration(Mode.allCases.map(\.rawValue)), default: Mode.evolve.rawValue,
                    "Columns of another type: evolve changes the table's, freeze fails at the first value that is none of the table's type, "
                        + "discard_row keeps such rows as dead letters, discard_value writes null."),
            ]),
        ]),
        "What rows may change of the table: one word for everything, or words for tables, columns and types.",
        examples: ["freeze", "{columns: discard_value, types: discard_row}"])

    /// Nil where nothing is said.
    package static func read(_ options: OptionValues) throws(SluiceError) -> SchemaContract? {
        guard let node = options["contract"] else { return nil }
        guard node.isMapping else {
            let mode = try node.enumeration(Mode.self)
            return SchemaContract(tables: mode, columns: mode, types: mode)
        }
        return SchemaContract(
            tables: try node[key: "tables"]?.enumeration(Mode.self) ?? .evolve,
            columns: try node[key: "columns"]?.enumeration(Mode.self) ?? .evolve,
            types: try node[key: "types"]?.enumeration(Mode.self) ?? .evolve)
    }
}

/// A contract, and the table that it is about.
package struct SinkContract: Sendable {
    package var contract: SchemaContract
    /// As messages name the table.
    package var table: String
    /// What it has when the run is planned; nil where it is not there.
    package var schema: Schema?
    package var location: SourceLocation?

    package init(_ contract: SchemaContract, table: String, schema: Schema?, location: SourceLocation?) {
        self.contract = contract
        self.table = table
        self.schema = schema
        self.location = location
    }
}

extension SluiceError.Code {
    /// Rows would change a table in a way that its contract does not allow.
    package static let contractBroken = Self("contract-broken", .definition)
}
