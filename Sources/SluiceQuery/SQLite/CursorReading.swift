import GRDBSQLite
import SluiceCore
import SluicePipelines

/// One cursor of SQLite over a table: where it stands, and where its rows come from. Used by the thread that SQLite runs on.
final class CursorReading {
    private enum Rows {
        case none
        case feed(BatchFeed, columns: [Int])
        case stored(StoredRows, next: Int)
        case found(StoredRows, RowIndex, entry: Int32)
    }

    private let table: QueryTable
    private let session: SQLiteSession
    private var rows = Rows.none
    private var current: CellBatch?
    private var row = 0
    private var rowCount = 0
    private(set) var isAtEnd = true

    init(_ table: QueryTable, _ session: SQLiteSession) {
        self.table = table
        self.session = session
    }

    deinit { stop() }

    /// What `xBestIndex` promised.
    func plan(_ number: Int) -> ScanPlan? { session.plan(number)?.plan }

    /// Keeps an error for whoever runs the statement.
    func fail(_ error: any Error) { session.fail(error) }

    /// Starts a scan.
    func begin(_ plan: ScanPlan, _ values: UnsafeMutablePointer<OpaquePointer?>?, count: Int) throws {
        stop()
        isAtEnd = false
        var texts: [String] = []
        for (place, pushed) in plan.pushed.enumerated() {
            if pushed.relation == .isIn {
                if let text = list(pushed.column, place < count ? values?[place] : nil) { texts.append(text) }
                continue
            }
            let value = pushed.relation.takesValue && place < count ? SQLValue.value(values?[place]) : .null
            if let comparison = PushedText.comparison(table.columns[pushed.column].field, pushed.relation, value) {
                texts.append(comparison.text)
            }
        }
        if plan.keys.isEmpty {
            try beginScan(plan, texts)
        } else {
            var key: UInt64 = 0
            for place in plan.keys.indices {
                guard let one = SQLValue.key(values?[plan.pushed.count + place]) else {
                    isAtEnd = true
                    return
                }
                key = EqualityKey.joined(key, one)
            }
            try beginLookUp(plan, texts, key)
        }
    }

    /// A list of IN as a comparison. Lists that change from scan to scan are left to SQLite, because each would be read from the source.
    private func list(_ column: Int, _ value: OpaquePointer?) -> String? {
        guard table.stored.count < QueryLimits.conditions, let values = SQLValue.list(value, most: QueryLimits.listValues) else {
            return nil
        }
        return PushedText.list(table.columns[column].field, values)
    }

    /// The first scan reads the source; if there is a second one, its rows are kept for those that follow.
    private func beginScan(_ plan: ScanPlan, _ texts: [String]) throws {
        let key = StoredTables.Key(columns: plan.columns, condition: texts.joined(separator: " AND "))
        switch table.stored[key] {
        case .kept(let stored): rows = .stored(stored, next: 0)
        case .scanned:
            if let stored = try keep(plan.columns, texts) {
                table.stored[key] = .kept(stored)
                rows = .stored(stored, next: 0)
            } else {
                table.stored[key] = .tooLarge
                rows = .feed(feed(plan.columns, texts), columns: plan.columns)
            }
        case .tooLarge: rows = .feed(feed(plan.columns, texts), columns: plan.columns)
        case nil:
            table.stored[key] = .scanned
            rows = .feed(feed(plan.columns, texts), columns: plan.columns)
        }
        try loadNext()
    }

    /// Rows are looked up by an index over rows that are kept. A single look-up in a large source goes through it without keeping anything.
    private func beginLookUp(_ plan: ScanPlan, _ texts: [String], _ key: UInt64) throws {
        let name = StoredTables.Key(columns: plan.columns, condition: texts.joined(separator: " AND "))
        if table.stored[name] == nil, table.byteCount > QueryLimits.smallSourceBytes {
            table.stored[name] = .scanned
            rows = .feed(feed(plan.columns, texts), columns: plan.columns)
            return try loadNext()
        }
        let stored = try storedRows(name, texts)
        let index = stored.index(plan.keys)
        found(stored, index, index.first(key))
    }

    private func storedRows(_ name: StoredTables.Key, _ texts: [String]) throws -> StoredRows {
        if case .kept(let stored) = table.stored[name] { return stored }
        guard let stored = try keep(name.columns, texts) else {
            throw SluiceError(
                .limitExceeded, "rows of \(table.label.quotedForMessage) are looked up, and are over \(QueryLimits.storedBytes >> 20) MiB",
                remedy: "read it once into a table of SQLite: WITH big AS MATERIALIZED (SELECT … FROM …), which goes to disk")
        }
        table.stored[name] = .kept(stored)
        return stored
    }

    private func found(_ stored: StoredRows, _ index: RowIndex, _ entry: Int32) {
        guard entry >= 0 else {
            isAtEnd = true
            return
        }
        rows = .found(stored, index, entry: entry)
        let place = index.place(entry)
        current = stored.batches[Int(place.batch)]
        row = Int(place.row)
    }

    private func feed(_ columns: [Int], _ texts: [String]) -> BatchFeed {
        let condition = PushedText.condition(texts, in: table.schema)
        var names = columns.map { table.columns[$0].field.name }
        names += condition?.columns.filter { !names.contains($0) } ?? []
        let feed = BatchFeed(
            table.source, SourceRequest(names, condition: condition, keepsRaw: false), width: session.width, figures: session.figures,
            countsRows: table.kind != QueryTable.partKind)
        session.track(feed)
        return feed
    }

    /// All rows of a scan; nil where they are more than are kept.
    private func keep(_ columns: [Int], _ texts: [String]) throws -> StoredRows? {
        let feed = feed(columns, texts)
        defer { session.drop(feed) }
        var batches: [CellBatch] = []
        var bytes = 0
        while let batch = try feed.next() {
            bytes += batch.byteCount
            guard bytes <= QueryLimits.storedBytes else { return nil }
            batches.append(try cells(batch, columns))
        }
        return StoredRows(batches)
    }

    /// The columns of a condition may stand behind those that were asked for.
    private func cells(_ batch: Batch, _ columns: [Int]) throws -> CellBatch {
        let (kept, rejects) = batch.separating(UnfitValues.errors(in: batch))
        try session.figures.take(rejects)
        return CellBatch(kept, columns: columns, of: table)
    }

    /// Goes to the next row.
    func advance() throws {
        if case .found(let stored, let index, let entry) = rows { return found(stored, index, index.next(entry)) }
        row += 1
        if row >= rowCount { try loadNext() }
    }

    private func loadNext() throws {
        row = 0
        repeat {
            switch rows {
            case .feed(let feed, let columns):
                guard let batch = try feed.next() else { return end() }
                current = try cells(batch, columns)
            case .stored(let stored, let next):
                guard next < stored.batches.count else { return end() }
                current = stored.batches[next]
                rows = .stored(stored, next: next + 1)
            case .found, .none: return end()
            }
            rowCount = current?.rowCount ?? 0
        } while rowCount == 0
    }

    private func end() {
        isAtEnd = true
        current = nil
    }

    private func stop() {
        if case .feed(let feed, _) = rows { session.drop(feed) }
        rows = .none
        current = nil
    }

    /// The number of the current row, by which SQLite knows it in another scan again.
    ///
    /// - Throws: `unsupported` where rows cannot be told apart so.
    func rowID() throws -> Int64 {
        if let number = current?.number(row) { return number }
        throw SluiceError(
            .unsupported, "rows of \(table.label.quotedForMessage) have no places of their own, which a RIGHT or FULL JOIN needs",
            remedy: "write it as a LEFT JOIN with the tables exchanged, or read the table with WITH x AS MATERIALIZED (SELECT … FROM …)")
    }

    /// Gives a value of the current row to SQLite.
    func put(_ column: Int, into context: OpaquePointer?) {
        guard let cells = current?.cells[column] else {
            sqlite3_result_null(context)
            return
        }
        cells.put(row, into: context)
    }
}
