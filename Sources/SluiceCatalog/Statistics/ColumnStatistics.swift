package import SluiceCore

/// What is known of a column's values, as Glue and Hive keep it.
package struct ColumnStatistics: Hashable, Sendable, Codable {
    package var column: String
    /// Rows that were looked at.
    package var rows: Int64?
    package var nulls: Int64?
    /// Different values; an estimate.
    package var distinct: Int64?
    /// As text, as CSV writes a value of the column's type.
    package var minimum: String?
    package var maximum: String?
    /// Characters of a text, bytes of a binary.
    package var averageLength: Double?
    package var maximumLength: Int64?
    package var trues: Int64?
    package var falses: Int64?

    package init(
        column: String, rows: Int64? = nil, nulls: Int64? = nil, distinct: Int64? = nil, minimum: String? = nil, maximum: String? = nil,
        averageLength: Double? = nil, maximumLength: Int64? = nil, trues: Int64? = nil, falses: Int64? = nil
    ) {
        self.column = column
        self.rows = rows
        self.nulls = nulls
        self.distinct = distinct
        self.minimum = minimum
        self.maximum = maximum
        self.averageLength = averageLength
        self.maximumLength = maximumLength
        self.trues = trues
        self.falses = falses
    }
}

/// Statistics as the catalog has them.
package struct StoredStatistics: Hashable, Sendable {
    package var statistics: ColumnStatistics
    /// Microseconds since 1970.
    package var analyzedMicros: Int64
    /// The table's version that they were taken of.
    package var version: Int

    package var json: Value {
        func number(_ value: Int64?) -> Value { value.map { .integer($0) } ?? .null }
        let values = statistics
        return .structure([
            .init("column", .string(values.column)), .init("rows", number(values.rows)), .init("nulls", number(values.nulls)),
            .init("distinct", number(values.distinct)), .init("minimum", .text(values.minimum)), .init("maximum", .text(values.maximum)),
            .init("average_length", values.averageLength.map { .float($0) } ?? .null),
            .init("maximum_length", number(values.maximumLength)),
            .init("trues", number(values.trues)), .init("falses", number(values.falses)),
            .init("analyzed_at", .timestamp(analyzedMicros, zoned: true)), .init("version", .integer(Int64(version))),
        ])
    }
}
