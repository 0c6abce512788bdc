/// What the reference says about a rule type.
package struct RuleManual: Sendable {
    package let type: RuleType
    /// How it is written.
    package let syntax: String
    /// One or two sentences.
    package let summary: String
    package let example: String

    /// Whether it says of each row whether it keeps the rule, so that failing rows can be put aside.
    package var judgesRows: Bool { type.shape.judgesRows }

    private init(_ type: RuleType, _ parameters: String, _ summary: String, _ example: String) {
        self.type = type
        syntax = type.rawValue + (parameters.isEmpty ? "" : " " + parameters)
        self.summary = summary
        self.example = example
    }

    /// All rule types, in the order of the reference.
    package static let all: [RuleManual] = [
        RuleManual(.rowCount, "CONDITION", "Rows that there are.", "RowCount > 0"),
        RuleManual(
            .rowCountMatch, "\"DATASET\" CONDITION", "Rows of this dataset as a share of the other's.", "RowCountMatch \"reference\" >= 0.9"
        ),
        RuleManual(.columnCount, "CONDITION", "Columns that there are.", "ColumnCount = 12"),
        RuleManual(.columnExists, "\"COLUMN\"", "Whether the column is there.", "ColumnExists \"id\""),
        RuleManual(
            .columnNamesMatchPattern, "\"PATTERN\"", "Whether the names of all columns match a regular expression as a whole.",
            "ColumnNamesMatchPattern \"[a-z_]+\""),
        RuleManual(
            .columnDataType, "\"COLUMN\" = \"TYPE\"",
            "Whether every value is one of the type: the column's own, or for texts one that can be read so. Boolean, Integer, Long, Float, Double, Decimal, Date, Timestamp, String.",
            "ColumnDataType \"zip\" = \"INTEGER\" with threshold > 0.9"),
        RuleManual(
            .completeness, "\"COLUMN\" CONDITION", "The share of rows in which the column is not null.", "Completeness \"email\" > 0.95"),
        RuleManual(.isComplete, "\"COLUMN\"", "Whether the column is null nowhere.", "IsComplete \"id\""),
        RuleManual(
            .uniqueness, "\"COLUMN\" … CONDITION", "The share of rows whose value (or values, of several columns) no other row has.",
            "Uniqueness \"email\" > 0.99"),
        RuleManual(.isUnique, "\"COLUMN\" …", "Whether no value is there twice; nulls do not count.", "IsUnique \"id\""),
        RuleManual(
            .uniqueValueRatio, "\"COLUMN\" … CONDITION", "The share of different values that are there only once.",
            "UniqueValueRatio \"sku\" > 0.5"),
        RuleManual(
            .distinctValuesCount, "\"COLUMN\" CONDITION", "Different values that there are, without null.",
            "DistinctValuesCount \"state\" <= 50"),
        RuleManual(
            .isPrimaryKey, "\"COLUMN\" …", "Whether the columns are null nowhere and no combination of their values is there twice.",
            "IsPrimaryKey \"order_id\" \"line\""),
        RuleManual(
            .columnValues, "\"COLUMN\" CONDITION",
            "Whether every value keeps the condition. Null keeps none but = NULL, != and not in; matches is about the whole value.",
            "ColumnValues \"country\" in [\"NO\", \"SE\", NULL] with threshold > 0.9"),
        RuleManual(
            .columnLength, "\"COLUMN\" CONDITION", "Whether the number of characters of every value keeps the condition.",
            "ColumnLength \"zip\" = 5"),
        RuleManual(.mean, "\"COLUMN\" CONDITION", "The mean of the values that are not null.", "Mean \"rating\" between 2 and 5"),
        RuleManual(.sum, "\"COLUMN\" CONDITION", "The sum of the values that are not null.", "Sum \"amount\" > 0"),
        RuleManual(
            .standardDeviation, "\"COLUMN\" CONDITION", "The standard deviation of the values, taken as all there are.",
            "StandardDeviation \"rating\" < 1.5"),
        RuleManual(.variance, "\"COLUMN\" CONDITION", "The square of the standard deviation.", "Variance \"rating\" < 2.25"),
        RuleManual(
            .entropy, "\"COLUMN\" CONDITION", "Shannon's entropy of how often each value is there, with the natural logarithm.",
            "Entropy \"rating\" > 1"),
        RuleManual(
            .columnCorrelation, "\"COLUMN\" \"COLUMN\" CONDITION", "Pearson's correlation of two columns, over rows where neither is null.",
            "ColumnCorrelation \"height\" \"weight\" > 0.8"),
        RuleManual(
            .dataFreshness, "\"COLUMN\" CONDITION", "Whether the age of every date or time, as the evaluation begins, keeps the condition.",
            "DataFreshness \"ordered_at\" <= 24 hours"),
        RuleManual(
            .referentialIntegrity, "\"COLUMNS\" \"DATASET.{COLUMNS}\" CONDITION",
            "The share of rows whose values the other dataset has in its columns.",
            "ReferentialIntegrity \"customer,region\" \"reference.{id,region}\" = 1.0"),
        RuleManual(
            .datasetMatch, "\"DATASET\" \"KEY->KEY,…\" [\"COLUMN->COLUMN,…\"] CONDITION",
            "The share of rows that have a row with their key and equal other columns in the other dataset: all columns that both have, unless some are named.",
            "DatasetMatch \"reference\" \"id->order_id\" \"amount,city->town\" >= 0.99"),
        RuleManual(
            .schemaMatch, "\"DATASET\" CONDITION", "The share of the other dataset's columns that are here with the same name and type.",
            "SchemaMatch \"reference\" = 1.0"),
        RuleManual(
            .aggregateMatch, "\"AGGREGATE\" \"AGGREGATE\" CONDITION",
            "The first aggregate as a share of the second; columns of another dataset are written dataset.column, or the dataset in front: reference.sum(amount).",
            "AggregateMatch \"sum(amount)\" \"sum(reference.amount)\" >= 0.95"),
        RuleManual(
            .customSql, "\"SELECT … FROM primary [WHERE …]\" [CONDITION]",
            "With a condition: the one figure that the statement computes of aggregates. Without: whether the statement finds every row, or the share that the threshold asks for.",
            "CustomSql \"SELECT sum(paid) / count(*) FROM primary WHERE country = 'NO'\" between 10 and 20"),
    ]
}
