import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogSearchCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "search", abstract: "Find tables by their names, comments, columns, tags and owners.",
            discussion: """
                All words must be there, each at the beginning of a word: `order` finds raw_orders, because words end at punctuation. A word
                that nothing begins with stands for the nearest one. A text in quotes is found as it stands. name:, database:, comment:,
                column:, tag: and owner: in front of a word look only there.

                Examples:
                  \(program) catalog search customer price
                  \(program) catalog search '"net price"'
                  \(program) catalog search column:email tag:pii
                """)
    }

    @Argument(help: "What to look for.") var words: [String]
    @Option(help: "How many tables at most.") var limit = 50
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10000") }
    }

    func report() async throws -> Report {
        let query = try SearchQuery(parsing: words.joined(separator: " "))
        let result =
            try Session(home: state.directory).existingCatalog()?.search(query, limit: limit) ?? SearchResult(hits: [], replaced: [:])
        let replaced = result.replaced.sorted { $0.key < $1.key }
        let json = Value.object([
            "query": .string(query.text), "tables": .list(result.hits.map(\.json)),
            "replaced": .structure(replaced.map { .init($0.key, .texts($0.value)) }),
        ])
        if result.hits.isEmpty { return Report([.line("No table has \(query.text).")], json: json) }
        var blocks: [Report.Block] = replaced.map { word, others in
            .line("Nothing begins with \"\(word)\"; looked for \(others.joined(separator: ", "))", .warning)
        }
        var table = TextTable([.init("table", isWhole: true), .init("columns found"), .init("owner"), .init("tags"), .init("comment")])
        for hit in result.hits {
            table.add([
                hit.table.name.description, hit.columns.joined(separator: ", "), hit.owner, TagText.line(hit.tags), hit.table.comment,
            ])
        }
        blocks.append(.table(table))
        if result.hits.count == limit { blocks.append(.line("There may be more; --limit lists more.", .dim)) }
        return Report(blocks, json: json)
    }
}

/// Tags as the command line writes them: `team=sales pii`.
enum TagText {
    static func line(_ tags: [String: String]) -> String {
        tags.sorted { $0.key < $1.key }.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
