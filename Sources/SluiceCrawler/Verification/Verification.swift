import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluiceStorage
import Synchronization

/// Reads the files of all tables, side by side, into the evidence of each table.
///
/// Tasks take files in their order; who finds none left helps with a file that another one still reads. Of the evidence a task has one table's
/// at a time, so memory does not grow with the tables. What each file showed is kept for itself, too, so that the next crawl need not read it.
final class Verification: Sendable {
    /// What became of one file.
    struct FileOutcome: Sendable {
        var rows: Int64 = 0
        /// Why it could not be read to its end.
        var failure: String?
        /// It changed while it was read.
        var hasChanged = false
        /// What it showed, as the catalog keeps it; nil where it was not read.
        var evidence: [UInt8]?
    }

    /// What became of one table.
    struct TableOutcome: Sendable {
        var evidence: TableEvidence
        var files: [FileOutcome]
        var warnings: [String] = []
    }

    private let groups: [TableGroup]
    /// Files that are read: their table and place there.
    private let wanted: [(table: Int, index: Int)]
    private let recalled: [Recollection?]
    private let limit: Int64?
    private let opener: FileOpener
    private let progress: CrawlProgress
    private let work = Mutex(Work())
    private let tables: [TableState]

    private final class TableState: Sendable {
        let outcome: Mutex<TableOutcome>

        init(_ outcome: TableOutcome) { self.outcome = Mutex(outcome) }
    }

    private struct Work: Sendable {
        /// Of the wanted files, the next one.
        var next = 0
        var active: [FileScan] = []
        /// Bytes of evidence that are kept of single files.
        var evidenceBytes = 0
    }

    /// - Parameters:
    ///   - passed: places of tables that are not read.
    ///   - recalled: for each table what is known of files that did not change.
    ///   - limit: records of each file that are read; nil: all.
    init(
        _ groups: [TableGroup], passing passed: Set<Int>, recalled: [Recollection?], limit: Int64?, _ opener: FileOpener,
        progress: CrawlProgress
    ) {
        self.groups = groups
        self.limit = limit
        self.opener = opener
        self.progress = progress
        self.recalled = recalled
        wanted = Self.wanted(groups, passing: passed, recalled)
        tables = groups.indices.map { table in
            var files = [FileOutcome](repeating: FileOutcome(), count: groups[table].files.count)
            for (index, rows) in recalled[table]?.rows ?? [:] { files[index].rows = rows }
            var evidence = Self.evidence(of: groups[table])
            if let known = recalled[table] { evidence.merge(known.evidence) }
            return TableState(TableOutcome(evidence: evidence, files: files))
        }
    }

    /// The files that are read: not those that are known, and not those that are taken for like others.
    static func wanted(_ groups: [TableGroup], passing passed: Set<Int>, _ recalled: [Recollection?]) -> [(table: Int, index: Int)] {
        groups.indices.filter { !passed.contains($0) }.flatMap { table in
            groups[table].files.indices.filter { !groups[table].files[$0].isAssumed && recalled[table]?.rows[$0] == nil }
                .map { (table, $0) }
        }
    }

    /// - Throws: `CancellationError`.
    @concurrent func run(width: Int) async throws -> [TableOutcome] {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<max(1, width) { tasks.addTask { try await self.worker() } }
            try await tasks.waitForAll()
        }
        return zip(tables, recalled).map { state, known in
            state.outcome.withLock { table in
                if let known { table.evidence.take(sketches: known.sketches) }
                if table.files.contains(where: { $0.failure != nil }) { table.evidence.noteGoneValues() }
                return table
            }
        }
    }

    // MARK: One task

    /// A task's part of the evidence of one table.
    private struct Part {
        var table = -1
        var evidence = TableEvidence()
    }

    @concurrent private func worker() async throws {
        var part = Part()
        while let (table, index) = nextFile() {
            try Task.checkCancellation()
            enter(table, &part)
            let file = groups[table].files[index]
            guard let format = try? FormatRegistry.format(named: groups[table].kind.format, options: groups[table].kind.options) else {
                fail(table, index, "it cannot be read as the other files of its table")
                continue
            }
            do throws(SluiceError) {
                let input = FileInput(try await opener.open(file.file), path: file.file.path)
                if let records = format as? any RecordFormat {
                    let scan = try FileScan(input, records, table: table, index: index, limit: limit)
                    work.withLock { $0.active.append(scan) }
                    warn(scan.layout.warnings, table)
                    if take(scan, records, &part) { await complete(scan) }
                } else {
                    await keep(try describe(input, format, table), file.file, table, index)
                }
            } catch {
                fail(table, index, error.message)
            }
            finish(file.file)
        }
        while let scan = helped() {
            // Of its own, because places are to be the first of their kind.
            leave(&part)
            enter(scan.table, &part)
            if take(scan, format(scan.table), &part) { await complete(scan) }
        }
        leave(&part)
        try Task.checkCancellation()
    }

    private func format(_ table: Int) -> (any RecordFormat)? {
        try? FormatRegistry.recordFormat(named: groups[table].kind.format, options: groups[table].kind.options)
    }

    private func nextFile() -> (table: Int, index: Int)? {
        work.withLock { work in
            guard work.next < wanted.count else { return nil }
            work.next += 1
            return wanted[work.next - 1]
        }
    }

    private func helped() -> FileScan? { work.withLock { work in work.active.first { $0.join() } } }

    /// Begins with a table; all tasks know the columns in the same order.
    private func enter(_ table: Int, _ part: inout Part) {
        guard part.table != table else { return }
        leave(&part)
        part.table = table
        part.evidence = Self.evidence(of: groups[table])
    }

    /// Nothing yet, but the columns in their order.
    private static func evidence(of group: TableGroup) -> TableEvidence {
        var evidence = TableEvidence()
        for column in group.kind.columns { _ = evidence.place(of: column.name) }
        return evidence
    }

    private func leave(_ part: inout Part) {
        defer { part = Part() }
        guard part.table >= 0 else { return }
        // Of what was seen only the sketches are left.
        tables[part.table].outcome.withLock { $0.evidence.take(sketches: part.evidence) }
    }

    // MARK: One file

    /// Reads blocks of a file until none is left.
    ///
    /// - Returns: Whether this was the last task with the file.
    private func take(_ scan: FileScan, _ format: (any RecordFormat)?, _ part: inout Part) -> Bool {
        guard var reader = try? format?.evidenceReader(scan.layout, path: scan.path) else {
            scan.fail(SluiceError(.unreadable, "it cannot be read as the other files of its table"))
            return scan.leave()
        }
        while !Task.isCancelled, let block = scan.next() {
            let (rows, rejected) = (part.evidence.rows, part.evidence.rejected)
            reader.take(block, into: &part.evidence)
            let (newRows, newRejected) = (part.evidence.rows - rows, part.evidence.rejected - rejected)
            scan.count(newRows)
            progress.update {
                $0.rows += newRows
                $0.rejected += newRejected
            }
        }
        scan.add(part.evidence.takePart())
        return scan.leave()
    }

    private func complete(_ scan: FileScan) async {
        work.withLock { $0.active.removeAll { $0 === scan } }
        let outcome = scan.outcome
        guard outcome.failure == nil else { return fail(scan.table, scan.index, outcome.failure?.message ?? "") }
        await keep(outcome.evidence, groups[scan.table].files[scan.index].file, scan.table, scan.index)
    }

    /// A file that states its columns is not read.
    ///
    /// - Throws: what the format throws.
    private func describe(_ input: FileInput, _ format: any Format, _ table: Int) throws(SluiceError) -> TableEvidence {
        var description = try format.describe(input)
        if format is AvroFormat { description.rowCount = try AvroSummary(input).rowCount }
        var evidence = Self.evidence(of: groups[table])
        evidence.take(description, path: input.path)
        progress.update { $0.rows += description.rowCount ?? 0 }
        return evidence
    }

    /// Adds what a file showed to its table, and keeps it for the next crawl.
    private func keep(_ evidence: TableEvidence, _ file: FoundFile, _ table: Int, _ index: Int) async {
        let hasChanged = await opener.hasChanged(file)
        var bytes: [UInt8]? = hasChanged ? nil : evidence.bytes(reading: groups[table].kind.reading, isWhole: limit == nil)
        let isKept = work.withLock { work in
            work.evidenceBytes += bytes?.count ?? 0
            return work.evidenceBytes <= CrawlLimits.evidenceBytes
        }
        if !isKept { bytes = nil }
        tables[table].outcome.withLock { [bytes] outcome in
            outcome.evidence.merge(evidence)
            outcome.files[index].rows = evidence.rows
            outcome.files[index].hasChanged = hasChanged
            outcome.files[index].evidence = bytes
        }
    }

    private func warn(_ warnings: [String], _ table: Int) {
        if warnings.isEmpty { return }
        tables[table].outcome.withLock { outcome in
            if outcome.warnings.count < CrawlLimits.listed { outcome.warnings += warnings }
        }
    }

    private func fail(_ table: Int, _ index: Int, _ message: String) {
        tables[table].outcome.withLock { $0.files[index].failure = message }
    }

    private func finish(_ file: FoundFile) {
        progress.update {
            $0.files += 1
            $0.bytes += file.byteCount
        }
    }
}
