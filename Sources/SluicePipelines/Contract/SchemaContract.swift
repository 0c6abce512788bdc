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
                part(
                    "tables",
                    "A table that is not there: evolve makes it, freeze fails, discard_row and discard_value keep the rows as dead letters."
                ),
                columns, types,
            ]),
        ]),
        "What rows may change of the table: one word for everything, or words for tables, columns and types.",
        examples: ["freeze", "{columns: discard_value, types: discard_row}"])

    /// For a sink that has no schema of its own.
    package static let declaring = OptionSpecification(
        "contract",
        .object([
            OptionSpecification(
                "schema", .either([.string, .mapping(key: "column", .dataType, minimum: 1)]), isRequired: true,
                "What rows are to be: a table of the catalog, or columns with their types.",
                examples: ["sales.orders", "{id: int64, total: \"decimal(12,2)\"}"]),
            columns, types,
        ]),
        "With what rows are compared, and what becomes of those that differ in columns or types.",
        examples: ["{schema: sales.orders, columns: freeze, types: discard_row}"])

    private static let columns = part(
        "columns",
        "Columns that the table does not have: evolve adds them, freeze fails, discard_row keeps rows with a value there as dead letters, "
            + "discard_value leaves them out.")

    private static let types = part(
        "types",
        "Columns of another type: evolve changes the table's, freeze fails at the first value that is none of the table's type, discard_row "
            + "keeps such rows as dead letters, discard_value writes null.")

    private static func part(_ name: String, _ description: String) -> OptionSpecification {
        OptionSpecification(name, .enumeration(Mode.allCases.map(\.rawValue)), default: Mode.evolve.rawValue, description)
    }

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
    /// Columns of the rows that the table does not keep, and that steps behind the contract need.
    package var passing: Set<String> = []
    /// Whether columns that the rows lack become null; otherwise the sink has its own rule for them.
    package var fillsMissing = true

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
