import Glibc
import SluiceCatalog
import SluiceCore
import Synchronization
import Testing

@Suite("the commit of a run's output")
struct CommitTests {
    let home = TemporaryHome()
    private let name = "sales.orders"

    /// Stages two files in two partitions and says how to commit them.
    private func output(_ run: RunID, _ mode: OutputCommit.Mode, columns: [CatalogColumn]? = nil) throws -> OutputCommit {
        var definition = try TableDefinition.sample(name, partitioned: true, location: home.path + "/orders")
        if let columns { definition.columns = columns }
        var output = OutputCommit(tables: [.init(definition, mode: mode, files: [])])
        for month in ["01", "0/2"] {
            let staged = try home.write("staging/\(run)/\(month == "01" ? 1 : 2)", "rows of \(run)")
            let final = home.path + "/orders/month=\(month == "01" ? "01" : "0%2F2")/\(run).csv"
            output.renames.append(.init(staged: staged, final: final))
            output.tables[0].files.append(TableFile(path: final, partition: [month], rowCount: 10, byteCount: 100))
        }
        return output
    }

    private func begin(_ catalog: Catalog) throws -> RunID {
        let run = try catalog.beginRun(pipeline: "p", definitionHash: "h")
        try catalog.stage([home.path + "/staging/\(run)"], run: run)
        return run
    }

    /// What a person sees: state of the runs, files that the catalog lists, files on disk, the bookmark.
    private struct Picture: Equatable {
        var states: [RunState]
        var version: Int
        var rows: Int64
        var listed: [String]
        var onDisk: [String]
        var staged: [String]
        var bookmark: [UInt8]?
        var partitions: [[String]]
    }

    private func picture(_ catalog: Catalog) throws -> Picture {
        let table = try TableName(parsing: name)
        let record = try catalog.findTable(table)
        let onDisk = try DiskFiles.list(home.path + "/orders").flatMap { directory in
            try DiskFiles.list(home.path + "/orders/" + directory).map { home.path + "/orders/\(directory)/\($0)" }
        }
        return Picture(
            states: try catalog.runs().map(\.state), version: record?.version ?? 0, rows: record?.rowCount ?? 0,
            listed: record == nil ? [] : try catalog.files(of: table).map(\.path).sorted(), onDisk: onDisk.sorted(),
            staged: try DiskFiles.list(home.path + "/staging"), bookmark: try catalog.bookmark(pipeline: "p", source: "s")?.position,
            partitions: record == nil ? [] : try catalog.partitions(of: table).map(\.values))
    }

    @Test("rows that are added keep the columns that the table got since they were planned") func columnsOfOthers() throws {
        let catalog = try home.open()
        let planned = try TableDefinition.sample(name, partitioned: true).columns
        let (mine, others) = (CatalogColumn("mine", .int64), CatalogColumn("others", .string))
        func add(_ columns: [CatalogColumn]) throws {
            let run = try begin(catalog)
            try catalog.commit(try output(run, .append, columns: columns), run: run, report: RunReport())
        }
        try add(planned)
        try add(planned + [others])
        try add(planned + [mine])
        let table = try TableName(parsing: name)
        #expect(try catalog.table(table).definition.columns.map(\.name) == (planned + [others, mine]).map(\.name))
        // A column of another type cannot be read with the others.
        let error = #expect(throws: SluiceError.self) { try add(planned + [CatalogColumn("others", .int64)]) }
        #expect(error?.code == .tableChanged)
        // Neither is a merge that was planned without a column.
        let run = try begin(catalog)
        var merged = try output(run, .overwrite, columns: planned)
        merged.tables[0].basis = try catalog.files(of: table).map(\.path)
        let lost = #expect(throws: SluiceError.self) { try catalog.commit(merged, run: run, report: RunReport()) }
        #expect(lost?.code == .tableChanged)
    }

    @Test("an overwrite replaces the table's files, an append adds to them; listed is what is on disk")
    func modes() throws {
        let catalog = try home.open()
        let first = try begin(catalog)
        try catalog.commit(
            try output(first, .overwrite), run: first, report: RunReport(),
            bookmarks: [Bookmark(pipeline: "p", source: "s", position: [1])])
        var now = try picture(catalog)
        #expect(now.rows == 20 && now.listed.count == 2 && now.listed == now.onDisk && now.staged.isEmpty && now.bookmark == [1])
        #expect(now.partitions == [["0/2"], ["01"]])
        let second = try begin(catalog)
        try catalog.commit(try output(second, .append), run: second, report: RunReport())
        now = try picture(catalog)
        #expect(now.rows == 40 && now.listed.count == 4 && now.listed == now.onDisk && now.version == 1)
        let third = try begin(catalog)
        try catalog.commit(try output(third, .overwrite, columns: [CatalogColumn("x", .date)]), run: third, report: RunReport())
        now = try picture(catalog)
        #expect(now.rows == 20 && now.listed == now.onDisk && now.listed.allSatisfy { $0.contains(third.text) } && now.version == 2)
        #expect(try catalog.versions(of: try TableName(parsing: name)).first?.run == third)
    }

    @Test("files that were made from others replace only these: whoever was faster wins, and the other writes nothing")
    func basis() throws {
        let catalog = try home.open()
        let table = try TableName(parsing: name)
        func merge(_ run: RunID, from basis: [String]) throws {
            var output = try output(run, .overwrite)
            output.tables[0].basis = basis
            try catalog.commit(output, run: run, report: RunReport())
        }
        try merge(try begin(catalog), from: [])
        let held = try catalog.files(of: table).map(\.path)
        try merge(try begin(catalog), from: held.reversed())
        let now = try picture(catalog)
        let late = try begin(catalog)
        let error = #expect(throws: SluiceError.self) { try merge(late, from: held) }
        #expect(error?.code == .tableChanged && error?.message.contains(name) == true)
        try catalog.failRun(late, try #require(error), report: RunReport(), interrupted: false)
        let after = try picture(catalog)
        #expect(after.listed == now.listed && after.listed == after.onDisk && after.rows == now.rows && after.version == now.version)
    }

    /// Every step of the second commit below: two renames and two removals.
    static let steps: [CommitStep] = [.prepared, .recorded, .renamed(0), .renamed(1), .removed(0), .removed(1), .cleared]

    @Test("a crash after any step leaves, once opened again, all of the old or all of the new", arguments: steps)
    func crash(_ step: CommitStep) throws {
        let catalog = try home.open()
        let first = try begin(catalog)
        try catalog.commit(
            try output(first, .overwrite), run: first, report: RunReport(),
            bookmarks: [Bookmark(pipeline: "p", source: "s", position: [1])])
        var hooks = Catalog.Hooks()
        hooks.reached = { reached throws(SluiceError) in
            if reached == step { throw SluiceError(.interrupted, "crash") }
        }
        let before = try picture(catalog)
        let crashing = try home.open(hooks)
        let second = try begin(crashing)
        let next = try output(second, .overwrite, columns: [CatalogColumn("x", .date)])
        #expect(throws: SluiceError.self) {
            try crashing.commit(
                next, run: second, report: RunReport(), bookmarks: [Bookmark(pipeline: "p", source: "s", position: [2])])
        }
        try crashing.close()
        var dead = Catalog.Hooks()
        dead.isRunning = { _ in false }
        let reopened = try home.open(dead)
        let after = try picture(reopened)
        if step == .prepared {
            var old = before
            old.states = [.interrupted, .succeeded]
            // Directories that were made for the new files may stay.
            #expect(after == old)
        } else {
            #expect(after.states == [.succeeded, .succeeded])
            #expect(after.version == 2 && after.rows == 20 && after.bookmark == [2])
            #expect(after.listed == after.onDisk && after.listed.allSatisfy { $0.contains(second.text) })
            #expect(after.staged.isEmpty)
        }
        #expect(try home.open(dead).recovery.isEmpty)
        #expect(try picture(home.open()) == after)
    }

    @Test("failing after the commit does not turn a committed run into a failed one")
    func failAfterCommit() throws {
        var hooks = Catalog.Hooks()
        hooks.reached = { reached throws(SluiceError) in
            if reached == .recorded { throw SluiceError(.diskFull, "no space", remedy: "free some space") }
        }
        let catalog = try home.open(hooks)
        let run = try begin(catalog)
        let output = try output(run, .overwrite)
        let error = #expect(throws: SluiceError.self) { try catalog.commit(output, run: run, report: RunReport()) }
        #expect(error?.remedy?.contains("committed") == true)
        try catalog.failRun(run, SluiceError(.diskFull, "no space"), report: RunReport())
        let reopened = try home.open()
        #expect(reopened.recovery.finishedFiles == 2)
        let now = try picture(reopened)
        #expect(now.states == [.succeeded] && now.listed == now.onDisk && now.listed.count == 2)
    }

    @Test("a staged file that is missing stops the commit before anything changes")
    func missingStaged() throws {
        let catalog = try home.open()
        let run = try begin(catalog)
        var output = try output(run, .overwrite)
        output.renames[1].staged += "-missing"
        #expect(#expect(throws: SluiceError.self) { try catalog.commit(output, run: run, report: RunReport()) }?.code == .fileNotFound)
        #expect(try catalog.tables().isEmpty)
        try catalog.failRun(run, SluiceError(.fileNotFound, "x"), report: RunReport())
        let now = try picture(catalog)
        #expect(now.states == [.failed] && now.onDisk.isEmpty && now.staged.isEmpty)
    }

    @Test("files that were found, not written by a run, are forgotten by an overwrite but stay on disk")
    func foundFiles() throws {
        let catalog = try home.open()
        let run = try begin(catalog)
        let found = try home.write("orders/month=03/found.csv", "x")
        try catalog.commit(OutputCommit(removals: [home.path + "/nothing/there"]), run: run, report: RunReport())
        let next = try begin(catalog)
        try catalog.commit(try output(next, .overwrite), run: next, report: RunReport())
        #expect(DiskFiles.kind(of: found) == .file)
    }

    @Test("one path may be written again by every run")
    func samePath() throws {
        let catalog = try home.open()
        let final = home.path + "/out.csv"
        for text in ["one", "two"] {
            let run = try begin(catalog)
            let staged = try home.write("staging/\(run)/out", text)
            let definition = try TableDefinition.sample(location: final)
            try catalog.commit(
                OutputCommit(
                    tables: [.init(definition, mode: .overwrite, files: [TableFile(path: final, rowCount: 1, byteCount: 3)])],
                    renames: [.init(staged: staged, final: final)], removals: [final]), run: run, report: RunReport())
            #expect(try DiskFiles.read(final) == Array(text.utf8))
        }
    }

    @Test("an output that somebody removes before it is in place is reported, and the state opens")
    func vanished() throws {
        var hooks = Catalog.Hooks()
        hooks.reached = { reached throws(SluiceError) in
            if reached == .recorded { throw SluiceError(.interrupted, "crash") }
        }
        let catalog = try home.open(hooks)
        let run = try begin(catalog)
        let output = try output(run, .overwrite)
        #expect(throws: SluiceError.self) { try catalog.commit(output, run: run, report: RunReport()) }
        try DiskFiles.removeTree(output.renames[0].staged)
        let reopened = try home.open()
        #expect(reopened.recovery.lostFiles == [output.renames[0].final])
        #expect(reopened.recovery.finishedFiles == 1)
        #expect(try home.open().recovery.isEmpty)
    }
}
