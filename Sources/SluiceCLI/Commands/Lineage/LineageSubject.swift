import SluiceCatalog
import SluiceCore
import SluicePipelines

/// What a person wants to know the lineage of.
struct LineageSubject {
    var datasets: [DatasetName]
    /// Nil: all columns.
    var column: String?

    /// Reads a dataset or a pipeline, and behind a dot a column; a pipeline stands for what it writes.
    ///
    /// - Throws: `notFound`, with the nearest name.
    init(naming text: String, in recorded: [RecordedLineage]) throws(SluiceError) {
        let names = Self.names(recorded)
        if let datasets = Self.datasets(text, names) {
            self.datasets = datasets
            return
        }
        for dot in text.indices.reversed() where text[dot] == "." {
            guard let datasets = Self.datasets(String(text[..<dot]), names) else { continue }
            self.datasets = datasets
            column = String(text[text.index(after: dot)...])
            return
        }
        throw SluiceError(
            .notFound, "no run has recorded the lineage of \(text.quotedForMessage)",
            remedy: Suggestion.remedy(for: text, in: names.keys.sorted(), noun: "known") ?? "run a pipeline first")
    }

    private static func datasets(_ text: String, _ names: [String: [DatasetName]]) -> [DatasetName]? {
        names[text] ?? names[text.lowercased()] ?? names[DatasetName.absolute(text, in: ".")]
    }

    /// What each name means: datasets go before pipelines.
    private static func names(_ recorded: [RecordedLineage]) -> [String: [DatasetName]] {
        var names: [String: [DatasetName]] = [:]
        for recorded in recorded {
            for dataset in recorded.lineage.inputs.map(\.dataset) + recorded.lineage.outputs.map(\.dataset) {
                for name in [dataset.description, dataset.name] where names[name]?.contains(dataset) != true {
                    names[name, default: []].append(dataset)
                }
                let unnamed = TableName.defaultDatabase + "."
                if dataset.kind == "table", dataset.name.hasPrefix(unnamed) {
                    names[String(dataset.name.dropFirst(unnamed.count))] = [dataset]
                }
            }
        }
        for recorded in recorded where names[recorded.pipeline] == nil {
            names[recorded.pipeline] = recorded.lineage.outputs.map(\.dataset)
        }
        return names
    }
}
