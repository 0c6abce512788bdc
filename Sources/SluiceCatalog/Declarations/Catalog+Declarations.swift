import GRDB
package import SluiceCore

extension Catalog {
    /// What applying declarations would change.
    ///
    /// - Parameters:
    ///   - prunes: Whether what was declared earlier and is not any more goes.
    ///   - judge: What decides about new versions of schemas.
    /// - Throws: what is wrong with a declaration.
    package func plan(
        _ declarations: [CatalogDeclaration], prunes: Bool, judge: DeclaredSchemaJudge? = nil
    ) throws(SluiceError) -> CatalogPlan {
        try read { db in try Self.plan(declarations, prunes: prunes, judge, db) }
    }

    /// Whether the catalog has what a declaration says.
    package func has(_ declaration: CatalogDeclaration) throws(SluiceError) -> Bool {
        try read { db in try Self.change(by: declaration, nil, db) == nil }
    }

    /// Makes the catalog what the declarations say, in one transaction.
    ///
    /// Dropping a table forgets it; its files stay where they are.
    ///
    /// - Returns: What was changed.
    /// - Throws: what is wrong with a declaration; then nothing has changed.
    package func apply(
        _ declarations: [CatalogDeclaration], prunes: Bool, judge: DeclaredSchemaJudge? = nil
    ) throws(SluiceError) -> CatalogPlan {
        let now = clock.nowMicros()
        return try write { db in
            let plan = try Self.plan(declarations, prunes: prunes, judge, db)
            for declaration in Self.ordered(declarations) { try Self.apply(declaration, judge, now: now, db) }
            for change in plan.changes.reversed() where change.action == .drop { try Self.drop(change, db) }
            return plan
        }
    }

    /// What the catalog keeps of kinds that are not its own, by kind and name.
    package func otherDeclarations(kind: String? = nil) throws(SluiceError) -> [OtherDeclaration] {
        try read { db in
            let query = "SELECT kind, name, content FROM declarations WHERE content <> '' AND (?1 IS NULL OR kind = ?1) ORDER BY kind, name"
            return try Row.fetchAll(db, sql: query, arguments: [kind]).map {
                OtherDeclaration(kind: $0["kind"], name: $0["name"], text: $0["content"])
            }
        }
    }

    private static func ordered(_ declarations: [CatalogDeclaration]) -> [CatalogDeclaration] {
        declarations.sorted { ($0.order, $0.kind, $0.name) < ($1.order, $1.kind, $1.name) }
    }

    private static func plan(
        _ declarations: [CatalogDeclaration], prunes: Bool, _ judge: DeclaredSchemaJudge?, _ db: GRDB.Database
    ) throws -> CatalogPlan {
        var plan = CatalogPlan()
        for declaration in ordered(declarations) {
            if let change = try change(by: declaration, judge, db) { plan.changes.append(change) }
        }
        // A table that became a view is declared as before.
        func identity(_ kind: String, _ name: String) -> [String] { [kind == "view" ? "table" : kind, name] }
        let declared = Set(declarations.map { identity($0.kind, $0.name) })
        for row in try Row.fetchAll(db, sql: "SELECT kind, name FROM declarations ORDER BY kind, name") {
            let (kind, name): (String, String) = (row["kind"], row["name"])
            guard !declared.contains(identity(kind, name)) else { continue }
            // What is gone already needs no word.
            if try exists(kind, name, db) {
                plan.changes.append(.init(action: prunes ? .drop : .undeclared, kind: kind, name: name, items: []))
            }
        }
        return plan
    }

    // MARK: One declaration

    private static func change(
        by declaration: CatalogDeclaration, _ judge: DeclaredSchemaJudge?, _ db: GRDB.Database
    ) throws -> CatalogPlan.Change? {
        let (kind, name) = (declaration.kind, declaration.name)
        let isNew: Bool
        let items: [TableDifference.Item]
        switch declaration {
        case .database(let database):
            let current = try databaseID(database.name, db).map { _ in try Self.database(named: database.name, db) }
            isNew = current == nil
            items = difference(from: current, to: database)
        case .table(let table):
            let current = try tableID(table.name, db).map { _ in try Self.table(table.name, db) }
            isNew = current == nil
            let definition = try table.definition(over: current?.definition)
            if let current, current.partitionCount > 0,
                current.definition.partitionKeys.map(\.name) != definition.partitionKeys.map(\.name)
            {
                throw SluiceError(
                    .invalidArgument,
                    "\"\(name)\" is declared with other partition keys than its \(current.partitionCount) partitions have",
                    at: table.place, remedy: "leave partition_keys out, or drop the table first")
            }
            items = TableDifference(from: current?.definition, to: definition).items
        case .schema(let schema): (isNew, items) = try schemaDifference(schema, judge, db)
        case .other(let other):
            let current = try String.fetchOne(
                db, sql: "SELECT content FROM declarations WHERE kind = ? AND name = ?", arguments: [other.kind, other.name])
            isNew = current == nil
            items = lines(from: current, to: other.text)
        }
        if !isNew, items.isEmpty { return nil }
        return .init(action: isNew ? .create : .update, kind: kind, name: name, items: items)
    }

    private static func difference(from current: DatabaseRecord?, to database: DatabaseDeclaration) -> [TableDifference.Item] {
        var items: [TableDifference.Item] = []
        func add(_ subject: String, _ before: String?, _ after: String?) {
            let (before, after) = (before.flatMap { $0.isEmpty ? nil : $0 }, after.flatMap { $0.isEmpty ? nil : $0 })
            if before != after {
                items.append(.init(subject, from: before.map(\.quotedForMessage), to: after.map(\.quotedForMessage)))
            }
        }
        if let comment = database.comment { add("comment", current?.comment, comment) }
        if let location = database.location { add("location", current?.location, location) }
        if let parameters = database.parameters {
            let before = current?.parameters ?? [:]
            for key in Set(before.keys).union(parameters.keys).sorted() { add("parameter \(key)", before[key], parameters[key]) }
        }
        return items
    }

    /// Lines that go and lines that come.
    static func lines(from old: String?, to new: String) -> [TableDifference.Item] {
        if let old, old.utf8.elementsEqual(new.utf8) { return [] }
        let before = (old ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let difference = after.difference(from: old == nil ? [] : before)
        let changes = (difference.removals + difference.insertions).map { change -> (offset: Int, item: TableDifference.Item) in
            switch change {
            case .remove(let offset, let line, _): (offset, .init("line \(offset + 1)", from: line, to: nil))
            case .insert(let offset, let line, _): (offset, .init("line \(offset + 1)", from: nil, to: line))
            }
        }
        return changes.sorted { $0.offset == $1.offset ? $0.item.after == nil && $1.item.after != nil : $0.offset < $1.offset }.map(\.item)
    }

    private static func apply(
        _ declaration: CatalogDeclaration, _ judge: DeclaredSchemaJudge?, now: Int64, _ db: GRDB.Database
    ) throws {
        let isChanged = try change(by: declaration, judge, db) != nil
        var content = ""
        switch declaration {
        case .database(let database): if isChanged { try put(database, now: now, db) }
        case .table(let table):
            if isChanged {
                let current = try tableID(table.name, db).map { _ in try Self.table(table.name, db).definition }
                _ = try putTable(try table.definition(over: current), run: nil, now: now, db)
            }
        case .schema(let schema): if isChanged { try put(schema, judge, now: now, db) }
        case .other(let other): content = other.text
        }
        // A table that became a view is not a table that nobody declares any more.
        if case .table = declaration {
            try db.execute(sql: "DELETE FROM declarations WHERE kind IN ('table', 'view') AND name = ?", arguments: [declaration.name])
        }
        try db.execute(
            sql: """
                INSERT INTO declarations (kind, name, content, applied) VALUES (?, ?, ?, ?)
                ON CONFLICT (kind, name) DO UPDATE SET content = excluded.content, applied = excluded.applied
                """, arguments: [declaration.kind, declaration.name, content, now])
    }

    private static func exists(_ kind: String, _ name: String, _ db: GRDB.Database) throws -> Bool {
        switch kind {
        case "database": try databaseID(name, db) != nil
        case "table", "view": try tableID(try TableName(parsing: name), db) != nil
        case "schema": try schemaParts(name).flatMap { try schema($0.name, $0.registry, db) } != nil
        default: true
        }
    }

    private static func drop(_ change: CatalogPlan.Change, _ db: GRDB.Database) throws {
        switch change.kind {
        case "database": try dropDatabase(change.name, db)
        case "table", "view":
            try db.execute(sql: "DELETE FROM tables WHERE id = ?", arguments: [try tableID(try TableName(parsing: change.name), db)])
        case "schema": if let parts = schemaParts(change.name) { try dropSchema(parts.name, parts.registry, db) }
        default: break
        }
        try db.execute(sql: "DELETE FROM declarations WHERE kind = ? AND name = ?", arguments: [change.kind, change.name])
    }

    /// Registry and name of a declared schema.
    private static func schemaParts(_ text: String) -> (registry: String, name: String)? {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    static let declarationTables = """
        CREATE TABLE declarations (
            kind TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, applied INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
        """
}
