import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceRegistry

/// Where declarations are, and what becomes of what they do not name any more.
struct DeclarationOptions: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("The folder of declarations.", valueName: "dir"), completion: .directory) var catalog = "catalog"
    @Flag(help: "What was declared earlier and is not any more goes; files of tables stay.") var prune = false

    func load(_ session: Session) throws -> [CatalogDeclaration] {
        try CatalogFolder.load(catalog, connectors: session.connectors).map(\.declaration)
    }

    /// What applying would change. Creates no state: where there is none, an empty one stands in for it.
    func plan(_ declarations: [CatalogDeclaration], _ session: Session) throws -> CatalogPlan {
        if let catalog = try session.existingCatalog() {
            let registry = SchemaRegistry(catalog)
            return try catalog.plan(declarations, prunes: prune, judge: registry.judgeDeclared)
        }
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let catalog = try Catalog(home: scratch.path)
        let plan = try catalog.plan(declarations, prunes: prune)
        try catalog.close()
        return plan
    }
}

/// Differences as lines: `+` is new, `-` goes, `~` changes.
enum DifferenceLines {
    static func block(_ item: TableDifference.Item, indent: Int) -> Report.Block {
        let emphasis: Report.Emphasis = item.before == nil ? .good : item.after == nil ? .bad : .warning
        return .line(String(repeating: " ", count: indent) + item.line, emphasis)
    }

    /// - Parameter declared: How many things the files declare.
    static func blocks(_ plan: CatalogPlan, isDone: Bool, declared: Int) -> [Report.Block] {
        var blocks: [Report.Block] = []
        for change in plan.changes {
            let name = "\(change.kind) \(change.name)"
            switch change.action {
            case .create: blocks.append(.line("+ \(name)", .good))
            case .update: blocks.append(.line("~ \(name)", .warning))
            case .drop: blocks.append(.line("- \(name)", .bad))
            case .undeclared: blocks.append(.line("? \(name)  is not declared any more; --prune drops it", .dim))
            }
            blocks += change.items.map { block($0, indent: 4) }
        }
        if plan.isEmpty {
            return blocks + [.line("\(HumanText.count(declared, "declaration")); the catalog is as they say.")]
        }
        let counts = [(plan.count(.create), "created"), (plan.count(.update), "changed"), (plan.count(.drop), "dropped")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return blocks + [.blank, .line(isDone ? "Applied: \(counts)." : "To be done: \(counts).")]
    }
}
