import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceQuality
import SluiceServer

/// Rule sets over one table, as a run judges it.
struct TableEvaluation: Sendable {
    let table: TableName
    /// Tasks side by side; nil: as many as there are processors.
    let width: Int?
    /// Whether composed rules are judged row by row.
    let judgesRows: Bool
    var ruleSets: [(name: String, rules: RuleText)] = []
    /// Other tables, by what rules call them.
    var references: [String: TableName] = [:]

    init(table: TableName, width: Int?, judgesRows: Bool) {
        self.table = table
        self.width = width
        self.judgesRows = judgesRows
    }

    /// - Throws: where a table that is read is none that runs may read.
    func check(_ reading: TableReading) throws(SluiceError) {
        try reading.check(table)
        for name in references.values { try reading.check(name) }
        let datasets = ruleSets.map(\.rules.ruleSet).flatMap { $0.referencedDatasets + $0.mentionedDatasets }
        for dataset in datasets where references[dataset.text] == nil {
            // What is no table is told by the rule.
            if let name = try? TableName(parsing: dataset.text), try reading.isThere(name) { try reading.check(name) }
        }
    }

    /// Judges the table; the results are those of `sluice quality show`, too.
    ///
    /// - Returns: The ids of the results.
    func run(_ home: GlueHome) async throws -> WireValue {
        let context = try TableReading(home).context("quality")
        var options = RunOptions()
        if let width { options.width = min(options.width, width) }
        let runner = QualityRunner(catalog: home.catalog, options: options)
        var results: [QualityResult] = []
        for (name, rules) in ruleSets {
            var definition = RuleSetDefinition(
                name: name, table: table.description, rules: rules, references: references.mapValues(\.description))
            definition.composition = judgesRows ? .row : .column
            definition.unbound = .failed
            let (source, operation) = try await definition.plan(in: context)
            results += try await runner.run(operation, over: source)
            try Task.checkCancellation()
        }
        return .structure(["ResultIds": .texts(results.map { QualityResults.name(of: $0.id) })])
    }
}
