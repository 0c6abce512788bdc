package import SluiceCore

/// An expression that picks partitions by the values of their keys: what Glue's GetPartitions takes.
///
/// `= == <> != < <= > >=`, `[NOT] IN`, `[NOT] BETWEEN`, `[NOT] LIKE`, `IS [NOT] NULL`, `AND`, `OR`, `NOT` and parentheses, over the partition
/// keys of one table, in any letter case; values are compared by the type of their key. A key without a value, or with a text that is no value
/// of its type, is null, and a comparison with null picks nothing.
package struct PartitionFilter: Sendable {
    package let text: String
    let condition: PartitionCondition
    let types: [PartitionKeyType]

    /// - Parameters:
    ///   - otherColumns: The table's columns that are no keys, for messages.
    ///   - origin: What places in errors call the expression.
    /// - Throws: `syntaxError`, `unknownColumn` for a name that is no partition key, `typeError` for a value that is none of its key's type,
    ///   `limitExceeded`; each with its line and column.
    package init(
        parsing text: String, keys: [CatalogColumn], otherColumns: [String] = [], origin: String = "expression"
    ) throws(SluiceError) {
        self.text = text
        do {
            var parser = try PartitionParser(text, keys: keys, otherColumns: otherColumns)
            types = parser.types
            condition = try parser.condition()
        } catch {
            throw error.placed(in: text, origin: origin)
        }
    }

    /// For the keys of a table.
    package init(parsing text: String, for table: TableDefinition, origin: String = "expression") throws(SluiceError) {
        try self.init(parsing: text, keys: table.partitionKeys, otherColumns: table.columns.map(\.name), origin: origin)
    }

    /// Whether a partition is picked.
    ///
    /// - Parameter values: As text, in the order of the keys.
    package func matches(_ values: [String]) -> Bool { condition.holds(for: PartitionKeys.scalars(values, types)) == true }
}
