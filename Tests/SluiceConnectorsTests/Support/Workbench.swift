import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluiceLog
import SluiceStreams
import SluiceTestKit

/// A directory with a state of its own, in which connectors are opened as definitions open them.
struct Workbench {
    let directory: TemporaryDirectory
    let catalog: Catalog
    let context: ConnectorContext

    /// - Parameters:
    ///   - data: Where relative paths start; the temporary directory where nil.
    ///   - directory: One that another bench used: its state is opened again.
    init(data: String? = nil, directory: TemporaryDirectory? = nil, hooks: Catalog.Hooks = Catalog.Hooks()) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        let home = directory.path(".sluice")
        catalog = try Catalog(home: home, hooks: hooks)
        context = ConnectorContext(
            catalog: catalog, streams: StreamStore(directory: home + "/streams"), pipeline: "test", directory: data ?? directory.root,
            home: home)
    }

    /// Opens the source of a definition: `files: in/*.csv` and what follows.
    func source(_ yaml: String) async throws -> any Source {
        let definition = try definition(source: yaml, sink: "files: unused")
        let connector = ConnectorRegistry.standard[definition.source.connector]!
        return try await connector.source(definition.source.options, in: context)
    }

    func sink(_ yaml: String) async throws -> any Sink {
        let definition = try definition(source: "files: unused", sink: yaml)
        let connector = ConnectorRegistry.standard[definition.sink.connector]!
        return try await connector.sink(definition.sink.options, in: context)
    }

    private func definition(source: String, sink: String) throws -> PipelineDefinition {
        func indented(_ yaml: String) -> String { yaml.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n") }
        let text = "name: test\nsource:\n\(indented(source))\nsink:\n\(indented(sink))\n"
        do {
            return try PipelineLoader.load(text: text, path: "test.yaml", directory: context.directory, connectors: .standard)
        } catch let errors as DefinitionErrors {
            throw errors.errors[0]
        }
    }

    /// Writes batches as one run, a writer for each, and commits it; the run's id.
    @discardableResult
    func run(_ sink: any Sink, _ schema: Schema, _ writers: [[Batch]]) async throws -> String {
        try sink.check(schema)
        let run = try begin(sink)
        let staged = try await stage(sink, schema, run.text, writers)
        try catalog.commit(try sink.commit(schema: schema, run: run.text, staged: staged), run: run, report: RunReport())
        await sink.discard(run: run.text)
        try await publish()
        return run.text
    }

    /// Puts what commits owe to streams and databases there, as the engine does.
    func publish() async throws {
        while let pending = try catalog.nextPublication(of: "test", after: 0) {
            switch pending.publication.target {
            case .stream(let name, _):
                let stream = try context.streams.open(name, for: .writing)
                defer { stream.close() }
                var reader = try OutboxReader(pending.publication)
                while let chunk = try reader.next() {
                    try await stream.put(chunk, as: .init(id: 1, batch: UInt64(pending.id) << 22 | UInt64(reader.number)))
                }
            case .connector(let target):
                guard let connector = ConnectorRegistry.standard[target.connector] as? any PublishingConnector else {
                    throw SluiceError(.notFound, "\(target.connector) takes no publications")
                }
                try await connector.target(target.settings, in: catalog).put(pending, PublicationSupport(catalog))
            }
            try catalog.strikeOff([pending.id])
        }
    }

    /// Begins a run that removes what the sink staged unless it commits.
    func begin(_ sink: any Sink) throws -> RunID {
        let run = try catalog.beginRun(pipeline: "test", definitionHash: "", staging: [])
        try catalog.stage(sink.stagingPaths(run: run.text), run: run)
        return run
    }

    func stage(_ sink: any Sink, _ schema: Schema, _ run: String, _ writers: [[Batch]]) async throws -> [StagedFile] {
        if let writer = try await sink.openOrdered(schema: schema, run: run) {
            for block in try writers.joined().flatMap({ try writer.collect($0) }) + writer.rest() {
                try writer.append(try writer.encode(block))
            }
            return try writer.finish()
        }
        var staged: [StagedFile] = []
        for (number, batches) in writers.enumerated() {
            let writer = try await sink.open(schema: schema, run: run, writer: number)
            for batch in batches { try await writer.write(batch) }
            staged += try await writer.finish()
        }
        return staged
    }
}

/// Everything that a source gave.
struct ReadResult {
    var schema: Schema
    var rows: [[Value]] = []
    var rejects: [Reject] = []
    var origins: [SourceLocation] = []
    var bytes: Int64 = 0
    var newMembers = NewMembers()

    /// The values of a column.
    subscript(name: String) -> [Value] { schema.index(of: name).map { index in rows.map { $0[index] } } ?? [] }

    func counts(by name: String) -> [String: Int] { self[name].reduce(into: [:]) { $0[$1.description, default: 0] += 1 } }
}

extension Source {
    /// Reads all splits in order.
    func readAll(_ columns: [String]? = nil, keepsRaw: Bool = false) async throws -> ReadResult {
        let names = columns ?? schema.names
        var result = ReadResult(schema: try Schema(names.map { schema.fields[try schema.require($0)] }))
        for split in try await splits() {
            let reader = try await open(split, SourceRequest(names, keepsRaw: keepsRaw))
            try await reader.forEachBatch { read in
                precondition(read.batch.schema == result.schema, "a batch has another schema than was asked for")
                for row in 0..<read.batch.rowCount {
                    result.rows.append(read.batch.columns.map { $0[row] })
                    if let origin = read.batch.origin { result.origins.append(origin.location(row)) }
                }
                result.rejects += read.rejects
                if let members = read.newMembers { result.newMembers.add(members) }
            }
            result.bytes += reader.bytesRead
        }
        return result
    }
}

/// A batch of columns given by name, type and values.
func makeBatch(_ columns: [(String, DataType, [Value])]) throws -> Batch {
    let schema = try Schema(columns.map { Field($0.0, $0.1) })
    return Batch(schema, try columns.map { try ColumnBuilder.column($0.1, $0.2) }, rowCount: columns[0].2.count)
}
