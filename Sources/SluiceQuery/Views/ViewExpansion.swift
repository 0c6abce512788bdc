import SluiceCatalog
import SluiceCore

/// Puts the SELECTs of views into the place of their names, or writes out the names of a view that is made.
///
/// A view becomes a SELECT in FROM under its name, so that whoever answers the query plans it with all the rest: comparisons and columns go down
/// to the view's tables. Its names cannot be taken for common table expressions of the query, because they get their databases.
struct ViewExpansion {
    /// What is done with names.
    enum Purpose {
        /// Views become their SELECTs.
        case expanding
        /// Tables and views get their databases, and paths of files are placed.
        case naming(path: @Sendable (String) -> String)
    }

    private let catalog: Catalog
    private let purpose: Purpose
    private var scalars: [Unicode.Scalar] = []
    private var places = WrittenPlaces()
    private var known: [TableName: TableDefinition?] = [:]

    private init(_ catalog: Catalog, _ purpose: Purpose) {
        self.catalog = catalog
        self.purpose = purpose
    }

    /// A query with the SELECTs of its views.
    ///
    /// - Parameter making: The view that the query becomes.
    /// - Throws: `viewCycle` for a view that reads itself, with the whole chain; `tooManyViews` for views over views beyond
    ///   `QueryLimits.viewDepth`; `limitExceeded`; what is wrong with a view's text, placed in it.
    static func expanded(_ text: QueryText, _ catalog: Catalog, making: TableName? = nil) throws(SluiceError) -> QueryText {
        var expansion = Self(catalog, .expanding)
        return try expansion.result(text, making.map { [$0] } ?? [])
    }

    /// A SELECT with all names written out, as a view keeps it: whoever reads it from anywhere reads the same tables.
    static func named(_ select: QueryText, _ catalog: Catalog, path: @escaping @Sendable (String) -> String) throws(SluiceError) -> String {
        var expansion = Self(catalog, .naming(path: path))
        return try expansion.result(select, []).text
    }

    private mutating func result(_ text: QueryText, _ chain: [TableName]) throws(SluiceError) -> QueryText {
        let document = places.add(WrittenPlaces.Document(path: QueryText.path, scalars: text.scalars))
        try append(text, Context(document: document, database: nil, chain: chain))
        return try QueryText(scalars, places)
    }

    /// The text that names stand in.
    private struct Context {
        var document: Int
        /// Where names without a database are looked for first; nil in the query itself.
        var database: String?
        /// Views, each in the one before.
        var chain: [TableName]
    }

    // MARK: Copying

    private mutating func copy(_ text: QueryText, _ range: Range<Int>, _ context: Context) {
        if range.isEmpty { return }
        places.add(WrittenPlaces.Stretch(start: scalars.count, document: context.document, place: range.lowerBound, isPutIn: false))
        scalars += text.scalars[range]
    }

    private mutating func put(_ own: String, at place: Int, _ context: Context) {
        places.add(WrittenPlaces.Stretch(start: scalars.count, document: context.document, place: place, isPutIn: true))
        scalars += own.unicodeScalars
    }

    private mutating func append(_ text: QueryText, _ context: Context) throws(SluiceError) {
        var place = 0
        for change in try changes(text, context) {
            copy(text, place..<change.range.lowerBound, context)
            switch change.becomes {
            case .text(let own): put(own, at: change.range.lowerBound, context)
            case .view(let name, let view, let alias):
                put("(", at: change.range.lowerBound, context)
                try append(view, name, change.range.lowerBound, text, context)
                put(")" + alias, at: change.range.lowerBound, context)
            }
            place = change.range.upperBound
        }
        copy(text, place..<text.end, context)
    }

    private mutating func append(_ view: ViewText, _ name: TableName, _ start: Int, _ text: QueryText, _ context: Context)
        throws(SluiceError)
    {
        let chain = context.chain + [name]
        let shown = chain.map(\.description).joined(separator: " → ")
        if context.chain.contains(name) {
            throw SluiceError(
                .viewCycle, "view \"\(name)\" reads itself: \(shown)", at: text.location(start),
                remedy: "one of these views has to read a table instead; `sluice catalog show` prints their queries")
        }
        guard chain.count <= QueryLimits.viewDepth else {
            throw SluiceError(
                .tooManyViews, "views over views, more than \(QueryLimits.viewDepth) of them: \(shown)", at: text.location(start),
                remedy: "write one of them into a table: CREATE TABLE … AS SELECT")
        }
        let stored = try StoredView(view, of: name)
        let path = "view \(name)"
        let own: QueryText
        do throws(SluiceError) {
            own = try QueryText(stored.sql, path: path)
        } catch {
            throw error.located(at: .file(path: path))
        }
        guard try QueryStatement(own).action == .read else {
            throw own.error(.syntaxError, "a view is a SELECT", at: own.tokens[0].range.lowerBound, remedy: "make it again with a SELECT")
        }
        let document = places.add(WrittenPlaces.Document(path: path, scalars: own.scalars))
        try append(own, Context(document: document, database: stored.database, chain: chain))
        guard scalars.count <= QueryLimits.textScalars else {
            throw SluiceError(
                .tooManyViews, "the query has over \(QueryLimits.textScalars) characters with the views in it: \(shown)",
                at: text.location(start), remedy: "write one of them into a table: CREATE TABLE … AS SELECT")
        }
    }

    // MARK: Names

    fileprivate struct Change {
        enum Outcome {
            case text(String)
            case view(TableName, ViewText, alias: String)
        }

        var range: Range<Int>
        var becomes: Outcome
    }

    private mutating func changes(_ text: QueryText, _ context: Context) throws(SluiceError) -> [Change] {
        let commons = NamedTables.commons(text.tokens)
        var changes: [Change] = []
        var views: Set<[String]> = []
        for named in NamedTables.all(text.tokens) {
            if named.reference.looksLikePath, named.reference.database == nil {
                if let change = placed(named) { changes.append(change) }
                continue
            }
            let isCommon = named.reference.database == nil && commons.contains(SQLColumn.folded(named.reference.name))
            guard !isCommon, let definition = try meaning(of: named.reference, in: context.database) else { continue }
            guard case .expanding = purpose, let view = definition.view else {
                if let change = named.change(to: definition.name, isInView: context.database != nil, purpose) { changes.append(change) }
                continue
            }
            let alias = named.isList || named.hasAlias ? "" : " AS " + SQLQuote.name(named.reference.name)
            changes.append(Change(range: named.range, becomes: .view(definition.name, view, alias: alias)))
            if let database = named.reference.database {
                views.insert([SQLColumn.folded(database), SQLColumn.folded(named.reference.name)])
            }
        }
        return (changes + members(text, of: views, beside: changes)).sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// `database.view.column`, where only `view.column` is known any more.
    private func members(_ text: QueryText, of views: Set<[String]>, beside changes: [Change]) -> [Change] {
        if views.isEmpty { return [] }
        let tokens = text.tokens
        return tokens.indices.dropLast(4).compactMap { index in
            guard tokens[index].isName, tokens[index + 1].isSymbol("."), tokens[index + 2].isName, tokens[index + 3].isSymbol("."),
                views.contains([SQLColumn.folded(tokens[index].text), SQLColumn.folded(tokens[index + 2].text)]),
                index == 0 || !tokens[index - 1].isSymbol(".")
            else { return nil }
            let range = tokens[index].range.lowerBound..<tokens[index + 2].range.lowerBound
            return changes.contains { $0.range.overlaps(range) } ? nil : Change(range: range, becomes: .text(""))
        }
    }

    /// A file whose path is told from where the view is made.
    private func placed(_ named: NamedTable) -> Change? {
        guard case .naming(let path) = purpose, !named.reference.name.contains("://") else { return nil }
        return Change(range: named.range, becomes: .text(SQLQuote.text(path(named.reference.name))))
    }

    /// What the catalog has under a name; nil for all other names.
    private mutating func meaning(of reference: TableReference, in database: String?) throws(SluiceError) -> TableDefinition? {
        if let own = reference.database {
            if SQLColumn.folded(own) == TableResolver.streamSchema { return nil }
            return try find(own, reference.name)
        }
        if let database, let found = try find(database, reference.name) { return found }
        return try find(TableName.defaultDatabase, reference.name)
    }

    private mutating func find(_ database: String, _ table: String) throws(SluiceError) -> TableDefinition? {
        guard let name = try? TableName(database: database, table: table) else { return nil }
        if let seen = known[name] { return seen }
        let found = try catalog.findTable(name)?.definition
        known[name] = .some(found)
        return found
    }
}

extension NamedTable {
    /// The name with its database, where it has none or has a catalog of catalogs before it.
    fileprivate func change(to name: TableName, isInView: Bool, _ purpose: ViewExpansion.Purpose) -> ViewExpansion.Change? {
        var writesOut = isInView || hasCatalog
        if case .naming = purpose { writesOut = true }
        guard writesOut, hasCatalog || reference.database == nil else { return nil }
        return ViewExpansion.Change(range: range.lowerBound..<lastStart, becomes: .text(SQLQuote.name(name.database) + "."))
    }
}

extension SluiceError.Code {
    /// A view that reads itself, by other views or directly.
    static let viewCycle = Self("view-cycle", .definition)
    /// Views over views, deeper or longer than is read.
    static let tooManyViews = Self("too-many-views", .definition)
}
