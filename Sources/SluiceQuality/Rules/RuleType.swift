/// The rule types that are evaluated, by their names in the language.
package enum RuleType: String, Hashable, Sendable, CaseIterable {
    case rowCount = "RowCount"
    case rowCountMatch = "RowCountMatch"
    case columnCount = "ColumnCount"
    case columnExists = "ColumnExists"
    case columnNamesMatchPattern = "ColumnNamesMatchPattern"
    case columnDataType = "ColumnDataType"
    case completeness = "Completeness"
    case isComplete = "IsComplete"
    case uniqueness = "Uniqueness"
    case isUnique = "IsUnique"
    case uniqueValueRatio = "UniqueValueRatio"
    case distinctValuesCount = "DistinctValuesCount"
    case isPrimaryKey = "IsPrimaryKey"
    case columnValues = "ColumnValues"
    case columnLength = "ColumnLength"
    case mean = "Mean"
    case sum = "Sum"
    case standardDeviation = "StandardDeviation"
    case variance = "Variance"
    case entropy = "Entropy"
    case columnCorrelation = "ColumnCorrelation"
    case dataFreshness = "DataFreshness"
    case referentialIntegrity = "ReferentialIntegrity"
    case datasetMatch = "DatasetMatch"
    case schemaMatch = "SchemaMatch"
    case aggregateMatch = "AggregateMatch"
    case customSql = "CustomSql"

    /// What a condition of the rule may hold.
    enum Condition: Sendable {
        case none
        /// Numbers, and figures of earlier results.
        case number
        /// Numbers only: every value is compared.
        case plainNumber
        /// Lengths of time.
        case duration
        /// Names of types.
        case text
        /// Numbers, texts, dates, lists, patterns.
        case values
    }

    struct Shape: Sendable {
        var parameters: ClosedRange<Int>
        var condition: Condition
        /// Whether a rule can do without its condition.
        var isConditionOptional = false
        var allowsFilter = true
        var allowsThreshold = false
        /// Whether it says of each row whether it keeps the rule.
        var judgesRows = false
        /// Whether it can stand under `Analyzers`.
        var isAnalyzer = false
    }

    var shape: Shape {
        switch self {
        case .rowCount: Shape(parameters: 0...0, condition: .number, isAnalyzer: true)
        case .rowCountMatch: Shape(parameters: 1...1, condition: .number, allowsFilter: false)
        case .columnCount: Shape(parameters: 0...0, condition: .number, allowsFilter: false, isAnalyzer: true)
        case .columnExists, .columnNamesMatchPattern: Shape(parameters: 1...1, condition: .none, allowsFilter: false)
        case .columnDataType: Shape(parameters: 1...1, condition: .text, allowsThreshold: true, judgesRows: true)
        case .completeness: Shape(parameters: 1...1, condition: .number, isAnalyzer: true)
        case .isComplete: Shape(parameters: 1...1, condition: .none, judgesRows: true)
        case .uniqueness, .uniqueValueRatio: Shape(parameters: 1...16, condition: .number, isAnalyzer: true)
        case .isUnique, .isPrimaryKey: Shape(parameters: 1...16, condition: .none)
        case .distinctValuesCount, .mean, .sum, .standardDeviation, .variance, .entropy:
            Shape(parameters: 1...1, condition: .number, isAnalyzer: true)
        case .columnValues: Shape(parameters: 1...1, condition: .values, allowsThreshold: true, judgesRows: true)
        case .columnLength: Shape(parameters: 1...1, condition: .plainNumber, allowsThreshold: true, judgesRows: true)
        case .columnCorrelation: Shape(parameters: 2...2, condition: .number, isAnalyzer: true)
        case .dataFreshness: Shape(parameters: 1...1, condition: .duration, allowsThreshold: true, judgesRows: true)
        case .referentialIntegrity: Shape(parameters: 2...2, condition: .number, judgesRows: true)
        case .datasetMatch: Shape(parameters: 2...3, condition: .number, judgesRows: true)
        case .schemaMatch: Shape(parameters: 1...1, condition: .number, allowsFilter: false)
        case .aggregateMatch: Shape(parameters: 2...2, condition: .number, allowsFilter: false)
        case .customSql:
            Shape(
                parameters: 1...1, condition: .number, isConditionOptional: true, allowsFilter: false, allowsThreshold: true,
                judgesRows: true)
        }
    }

    /// Rule types of the language that are not evaluated, and what does their work.
    static let others: [String: String] = [
        "DetectAnomalies": "compare with earlier results: RowCount > avg(last(10)) * 0.8",
        "AllStatistics": "name the figures one by one under Analyzers",
        "FileFreshness": "use DataFreshness with a column of the data",
        "FileMatch": "use DatasetMatch with a source as reference", "FileUniqueness": "use IsUnique with columns of the data",
        "FileSize": "use RowCount",
    ]
}
