import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceFirehoseService
import SluiceLog
import SluicePipelines

/// Pipelines as functions that transform records of Firehose: their source is replaced by the records, their sink by the answer. Nothing of a
/// call is kept: its run is no run of the pipeline, and moves no bookmark.
struct UpRecordFunctions: Sendable {
    let session: Session
    /// Folders with definitions.
    let folders: [String]

    var functions: RecordFunctions {
        RecordFunctions(exists: { try path(of: $0) != nil }, call: { try await call($0, $1) })
    }

    /// Columns of the records, with their types; the first two and `result` are those of the answer.
    private static let columns = [("recordId", "string"), ("data", "string"), ("approximateArrivalTimestamp", "int64")]

    /// The file that defines a pipeline of a name, read anew for each call.
    private func path(of name: String) throws -> String? {
        for folder in folders {
            for file in try DeclarationFiles.files(below: folder, with: "source") {
                if try file.root[key: "name"]?.string() == name { return file.path }
            }
        }
        return nil
    }

    private func call(_ name: String, _ records: [RecordFunctions.Record]) async throws -> [RecordFunctions.Result] {
        guard let path = try path(of: name) else {
            throw SluiceError(.notFound, "there is no definition of a pipeline \(name.quotedForMessage)", remedy: "put it below pipelines/")
        }
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let (lines, unreadable) = Self.lines(records)
        let input = scratch.path + "/records.jsonl"
        try DiskFiles.writeAtomically(lines.bytes, to: input)
        var definition = try self.definition(path, reading: input)
        definition.sink = EndDefinition(
            connector: CollectedRows.connectorName, options: OptionValues([(String, DefinitionNode)]()), location: definition.sink.location)
        definition.isIncremental = false
        definition.onError = .deadLetter
        let rows = CollectedRows()
        let home = scratch.path + "/home"
        let catalog = try Catalog(home: home)
        defer { try? catalog.close() }
        // Tables that its steps look things up in are those of the state.
        let connection = session.planContext(for: definition, catalog: try session.catalog(publishes: true)).connection
        let plan = try await Planner.plan(
            definition,
            in: PlanContext(connectors: .collecting(into: ["": rows]), connection: connection, closures: session.jobs.registry))
        let answer = try AnswerColumns(plan.outputs[0].outputSchema, name)
        _ = try await PipelineRunner(catalog: catalog, streams: session.streams, home: home).run(plan)
        let failed = try Self.failures(home, name: definition.name, lines.ids)
        return unreadable + failed + (try rows.rows.flatMap { batch in try (0..<batch.rowCount).map { try answer.result(batch, $0) } })
    }

    private func definition(_ path: String, reading input: String) throws -> PipelineDefinition {
        var inputs = session.inputs()
        inputs.adapt = { root in
            guard let source = root[key: "source"] else { return root }
            let columns = DefinitionNode.mapping(Self.columns.map { ($0.0, DefinitionNode.text($0.1)) })
            let records = DefinitionNode.mapping([("files", .text(input)), ("format", .text("json")), ("columns", columns)])
            return DefinitionSources.replacing(root, [source.path: records])
        }
        let definition = try PipelineLoader.load(path: path, connectors: session.connectors, inputs: inputs)
        guard definition.outputs.isEmpty else {
            throw SluiceError(
                .invalidOption, "the pipeline \(definition.name.quotedForMessage) has several outputs, and a function has one answer",
                at: .file(path: path), remedy: "leave out `routes` and `side_outputs`")
        }
        return definition
    }

    // MARK: Records

    /// The records as JSON lines, and the ids of the lines; what is no text a pipeline cannot read.
    private static func lines(
        _ records: [RecordFunctions.Record]
    ) -> (lines: (bytes: [UInt8], ids: [String]), unreadable: [RecordFunctions.Result]) {
        var lines: (bytes: [UInt8], ids: [String]) = ([], [])
        var unreadable: [RecordFunctions.Result] = []
        for record in records {
            guard let text = String(validating: record.data, as: UTF8.self) else {
                unreadable.append(.init(id: record.id, .failed("the record is no UTF-8")))
                continue
            }
            let values: [Value] = [.string(record.id), .string(text), .integer(record.arrivalMicros / 1_000)]
            for (index, (column, value)) in zip(columns, values).enumerated() {
                lines.bytes += "\(index == 0 ? "{" : ",")\"\(column.0)\":".utf8
                value.appendJSON(to: &lines.bytes)
            }
            lines.bytes += "}\n".utf8
            lines.ids.append(record.id)
        }
        return (lines, unreadable)
    }

    /// Records whose rows became dead letters.
    private static func failures(_ home: String, name: String, _ ids: [String]) throws -> [RecordFunctions.Result] {
        let archive = DeadLetterArchive(home: home)
        var failed: [RecordFunctions.Result] = []
        for file in try archive.files(of: name) {
            try archive.forEachLetter(in: file) { letter in
                if let line = letter.line, ids.indices.contains(line - 1) {
                    failed.append(.init(id: ids[line - 1], .failed("\(letter.step): \(letter.message)")))
                }
                return true
            }
        }
        return failed
    }
}

/// Where the answer of a function is among the columns of a pipeline's rows.
private struct AnswerColumns {
    private let id: Int
    private let data: Int
    private let result: Int?

    /// - Throws: `unknownColumn` where one is missing, `typeError` for data that is neither text nor bytes.
    init(_ schema: Schema, _ pipeline: String) throws(SluiceError) {
        func column(_ name: String) -> Int? { schema.fields.firstIndex { $0.name == name } }
        guard let id = column("recordId"), let data = column("data") else {
            throw SluiceError(
                .unknownColumn, "the rows of the pipeline \(pipeline.quotedForMessage) have no columns recordId and data",
                remedy: "let its steps keep both: what came as data is what they change")
        }
        self.id = id
        self.data = data
        result = column("result")
    }

    func result(_ batch: Batch, _ row: Int) throws(SluiceError) -> RecordFunctions.Result {
        guard case .string(let id) = batch.columns[self.id][row] else {
            throw SluiceError(.typeError, "a row has no text as its recordId", remedy: "let the column recordId as it is")
        }
        switch result.map({ batch.columns[$0][row] }) {
        case nil, .null, .string("Ok"): break
        case .string("Dropped"): return .init(id: id, .dropped)
        case .string("ProcessingFailed"): return .init(id: id, .failed("ProcessingFailed status set for record"))
        case let other?:
            return .init(id: id, .failed("the result is \(other.text.quotedForMessage), and none of Ok, Dropped and ProcessingFailed"))
        }
        let value = batch.columns[data][row]
        switch value {
        case .null: return .init(id: id, .failed("the data is null"))
        case .binary(let bytes): return .init(id: id, .delivered(bytes))
        default: return .init(id: id, .delivered(Array(value.text.utf8)))
        }
    }
}

extension Value {
    /// As it is written.
    fileprivate var text: String {
        var bytes: [UInt8] = []
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
