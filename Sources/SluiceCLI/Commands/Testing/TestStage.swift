import SluiceCatalog
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams
import Synchronization

/// Puts a test's inputs in the place of a definition's sources: files of a scratch directory, or streams of a scratch state.
final class TestStage: Sendable {
    /// An input with the place that the definition reads instead of the source.
    private struct Placed: Sendable {
        enum Target: Sendable {
            /// A directory, and the end of the files' names.
            case files(String, suffix: String)
            case stream(String)
        }

        var input: TestInput
        var target: Target
    }

    /// Connectors whose sources are streams, which a stream of the scratch state stands for.
    private static let streams = ["stream", "kinesis", "kafka"]

    private static let binary = ["parquet", "avro"]

    private let test: PipelineTest
    private let connectors: ConnectorRegistry
    private let store: StreamStore
    private let directory: String
    /// Where the test's paths begin.
    private let base: String
    private let placed = Mutex<[Placed]>([])

    /// - Parameters:
    ///   - directory: An empty one, for files.
    ///   - base: The directory of the test's file.
    init(_ test: PipelineTest, connectors: ConnectorRegistry, store: StreamStore, directory: String, base: String) {
        self.test = test
        self.connectors = connectors
        self.store = store
        self.directory = directory
        self.base = base
    }

    /// The most pieces that an input has.
    var pieceCount: Int { max(1, test.inputs.map(\.pieces.count).max() ?? 1) }

    /// The definition with other sources.
    ///
    /// - Throws: `notFound` for an input that is none of its sources, with the near name; for a stream or table without an input.
    func adapt(_ root: DefinitionNode) throws -> DefinitionNode {
        try checkTables(of: root)
        let sites = DefinitionSources.sites(in: root, connectors: connectors)
        var replacements: [String: DefinitionNode] = [:]
        var found: [Placed] = []
        for (number, input) in test.inputs.enumerated() {
            guard let site = sites.first(where: { $0.names.contains(input.source) }) else {
                throw SluiceError(
                    .notFound, "the pipeline has no source \(input.source.quotedForMessage)", at: input.location,
                    remedy: Suggestion.remedy(for: input.source, in: sites.flatMap(\.names), noun: "its sources"))
            }
            let (node, target) = place(input, at: site, number: number)
            replacements[site.node.path] = node
            found.append(Placed(input: input, target: target))
        }
        for site in sites where replacements[site.node.path] == nil && site.connector != "files" {
            throw SluiceError(
                .notFound, "the test gives no input for the \(site.connector) \(site.names[1].quotedForMessage)", at: test.node.location,
                remedy: "say under `inputs:` what \(site.names[0]) holds; only files are read as they are")
        }
        placed.withLock { $0 = found }
        return DefinitionSources.replacing(root, replacements)
    }

    /// A test knows nothing of the state's catalog: it says itself what it depends on.
    ///
    /// - Throws: `notFound` for a table whose types a step takes and the test does not say, or says and no step takes.
    private func checkTables(of root: DefinitionNode) throws(SluiceError) {
        let wanted = DefinitionSources.matchedTables(in: root).compactMap { try? TableName(parsing: $0.name) }
        if let table = wanted.first(where: { name in !test.tables.contains { $0.name == name } }) {
            throw SluiceError(
                .notFound, "the test does not say what columns table \(table) has, whose types `resolve` takes", at: test.node.location,
                remedy: "add to the test: tables: {\(table): {COLUMN: TYPE}}")
        }
        if let table = test.tables.first(where: { !wanted.contains($0.name) }) {
            let names = wanted.map(\.description)
            throw SluiceError(
                .notFound, "no step `resolve` of the pipeline takes types of table \(table.name)", at: table.location,
                remedy: Suggestion.remedy(for: table.name.description, in: names, noun: "it takes those of")
                    ?? "leave it out; what a source holds stands under `inputs`")
        }
    }

    private func place(_ input: TestInput, at site: SourceSite, number: Int) -> (DefinitionNode, Placed.Target) {
        let holdsRows = input.pieces.contains { if case .rows = $0 { true } else { false } } || input.pieces.isEmpty
        var kept = ["columns"]
        var format = holdsRows ? "json" : input.format
        if site.connector == "files" { kept.append("on_new_column") }
        // Rows are written as JSON lines, so what is said of another format does not hold for them.
        let given = (try? site.node[key: "format"]?.string()) ?? (Self.streams.contains(site.connector) ? "json" : nil)
        // A text cannot be in a format that is none of text.
        if format == nil, given.map(Self.binary.contains) == true,
            input.pieces.contains(where: { if case .text = $0 { true } else { false } })
        {
            format = "csv"
        }
        if format == nil || format == given {
            format = given
            kept.append("options")
        }
        var options = kept.compactMap { key in site.node[key: key].map { (key, $0) } }
        if let columns = input.columns {
            options.removeAll { $0.0 == "columns" }
            options.append(("columns", columns))
        }
        if let format { options.append(("format", .text(format))) }
        if Self.streams.contains(site.connector) {
            let name = "test-input-\(number)"
            return (.mapping([("stream", .text(name))] + options), .stream(name))
        }
        let path = "\(directory)/\(number)"
        let suffix = format.map { "." + $0 } ?? Self.suffix(of: site, input)
        return (.mapping([("files", .text(path))] + options), .files(path, suffix: suffix))
    }

    /// The end of the files' names, which tells their format as those of the source do: `.csv` of `in/*.csv.gz`.
    private static func suffix(of site: SourceSite, _ input: TestInput) -> String {
        let compressed: Set<Substring> = ["gz", "gzip", "zst", "zstd", "snappy", "sz", "zz", "zlib", "deflate"]
        let name = site.names[1].split(separator: "/").last ?? ""
        if let part = name.split(separator: ".").dropFirst().last(where: { !compressed.contains($0) }), site.connector == "files",
            part.allSatisfy({ $0.isLetter || $0.isNumber }), !binary.contains(String(part))
        {
            return "." + part
        }
        guard case .text(let text)? = input.pieces.first else { return "" }
        return text.hasPrefix("{") || text.hasPrefix("[") ? ".jsonl" : ".csv"
    }

    // MARK: Pieces

    /// Makes pieces of the inputs readable: those with these numbers. Streams are made with the first.
    func put(_ numbers: Range<Int>) async throws {
        for placed in placed.withLock({ $0 }) {
            let pieces = placed.input.pieces.enumerated().filter { numbers.contains($0.offset) }
            switch placed.target {
            case .files(let path, let suffix):
                try DiskFiles.createDirectories(path)
                // An input without rows is a file without rows.
                if placed.input.pieces.isEmpty, numbers.contains(0) { try DiskFiles.writeAtomically([], to: "\(path)/empty\(suffix)") }
                for (number, piece) in pieces {
                    try write(piece, "\(path)/\(String(1_000_000 + number).dropFirst())", suffix, placed.input)
                }
            case .stream(let name): try await put(pieces.map(\.element), into: name, placed.input)
            }
        }
    }

    private func write(_ piece: TestInput.Piece, _ name: String, _ suffix: String, _ input: TestInput) throws {
        var suffix = suffix
        // A file of its own tells by its name what it is, whatever the source's are called.
        if case .file(let path) = piece, input.format == nil,
            let own = path.split(separator: "/").last?.split(separator: ".", maxSplits: 1).last
        {
            suffix = "." + own
        }
        try DiskFiles.writeAtomically(bytes(of: piece, input), to: name + suffix)
    }

    private func bytes(of piece: TestInput.Piece, _ input: TestInput) throws -> [UInt8] {
        switch piece {
        case .text(let text): return Array(text.utf8)
        case .rows(let rows): return Array(rows.map { TestInput.json($0) + "\n" }.joined().utf8)
        case .file(let path):
            let whole = path.hasPrefix("/") ? path : base + "/" + path
            guard DiskFiles.kind(of: whole) == .file else {
                throw SluiceError(
                    .fileNotFound, "there is no file \(path.quotedForMessage)", at: input.location,
                    remedy: "paths begin at the directory of the test's file")
            }
            return try DiskFiles.read(whole)
        }
    }

    private func put(_ pieces: [TestInput.Piece], into name: String, _ input: TestInput) async throws {
        if !store.exists(name) { try store.create(name, shards: 1) }
        let stream = try store.open(name, for: .writing)
        defer { stream.close() }
        for piece in pieces {
            let lines = try bytes(of: piece, input).split(separator: UInt8(ascii: "\n")).filter { !$0.isEmpty }
            for line in lines {
                for case .failed(let error) in try await stream.put(PutBatch(key: "test", payload: Array(line))) { throw error }
            }
        }
        try await stream.commit()
    }
}
