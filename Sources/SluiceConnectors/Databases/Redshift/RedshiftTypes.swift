#if PostgreSQL
import SluiceCore

/// Redshift's types as `format_type` writes them, and ours: those of PostgreSQL as far as Redshift has them.
enum RedshiftTypes {
    private static let text = "character varying(\(RedshiftLimits.textBytes))"

    /// How a column for values of the type is declared. Nested values are JSON in a text.
    static func declaration(_ type: DataType) -> String {
        switch type {
        case .string, .null, .binary, .list, .structure, .map, .choice: text
        default: PostgreSQLTypes.declaration(type)
        }
    }

    /// Why a column cannot hold all values of the type as they are; nil where it can.
    static func misfit(_ type: DataType, _ column: ExistingColumn) -> String? {
        switch type {
        case .binary: "Redshift loads no binary values from JSON"
        case .string, .list, .structure, .map, .choice:
            isText(column.declaration) ? nil : "texts would be read as something else"
        default: PostgreSQLTypes.misfit(type, column)
        }
    }

    private static func isText(_ declaration: String) -> Bool { declaration.hasPrefix("character") || declaration == "text" }

    /// Bytes that a text of a column may have; nil where the column is none of texts.
    static func textBytes(_ declaration: String) -> Int? {
        guard isText(declaration) else { return nil }
        let digits = declaration.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
        return Int(digits) ?? RedshiftLimits.textBytes
    }
}
#endif
