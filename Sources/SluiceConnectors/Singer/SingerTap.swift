import SluiceCore
import SluiceJSON
import SluiceProcesses

/// A tap that runs, and the records of one of its streams as they come. One task uses it at a time.
final class SingerTap: @unchecked Sendable {
    /// What came at once: records of the stream, and the newest state among them.
    struct Chunk: Sendable {
        var records: RawRecords
        /// Of the records, those that the state covers.
        var covered = 0
        var state: [UInt8]?

        /// Bytes of the records.
        var byteCount: Int64 { zip(records.starts, records.ends).reduce(0) { $0 + Int64($1.1 - $1.0) } }
    }

    private enum Item {
        case chunk(Chunk)
        case file(SingerBatchFile)
    }

    private let program: SingerProgram
    private let stream: SingerCatalog.Stream
    private var run: SingerRun
    private let catalog: JSONNode?
    private let state: [UInt8]?
    /// The option that it is given its catalog with.
    private var catalogOption = "--catalog"
    /// Names of the columns, so that others are noticed.
    private let known: Set<String>
    private var described: Set<String> = []
    /// What was read and not taken.
    private var waiting: [Item] = []
    private var lineNumber = 0
    private(set) var hasEnded = false
    /// What a person should know, and nobody has taken yet.
    private var notes: [String] = []

    /// - Parameter state: What the tap said last; nil where it begins.
    init(
        _ program: SingerProgram, _ stream: SingerCatalog.Stream, catalog: JSONNode?, state: [UInt8]?, known: Set<String>
    ) throws(SluiceError) {
        self.program = program
        self.stream = stream
        self.known = known
        (self.catalog, self.state) = (catalog, state)
        run = try Self.started(program, catalogOption, catalog, state)
    }

    private static func started(
        _ program: SingerProgram, _ catalogOption: String, _ catalog: JSONNode?, _ state: [UInt8]?
    ) throws(SluiceError) -> SingerRun {
        var files: [(option: String, content: [UInt8])] = []
        if let catalog { files.append((catalogOption, catalog.json)) }
        if let state { files.append(("--state", state)) }
        return try program.started(files)
    }

    /// What it wrote on its standard error, and what else a person should know.
    func takeNotes() -> [String] {
        defer { notes = [] }
        return notes + run.child.takeErrorLines().suffix(SingerLimits.shownLines).map { "\(program.name): \($0)" }
    }

    /// Gives back what is to be read later.
    func putBack(_ chunk: Chunk) { waiting.insert(.chunk(chunk), at: 0) }

    func end() { run.end() }

    /// What comes next; nil at the tap's end.
    ///
    /// - Throws: `tapFailed` for what is no message, or comes before its schema; `execFailed` for a tap that fails, or does nothing for too long.
    func next() async throws -> Chunk? {
        while true {
            switch waiting.first {
            case .chunk(let chunk)?:
                waiting.removeFirst()
                return chunk
            case .file(let file)?:
                if let records = try file.next() { return Chunk(records: records) }
                waiting.removeFirst()
                continue
            case nil: break
            }
            guard !hasEnded else { return nil }
            try await receive()
        }
    }

    private func receive() async throws {
        do {
            try await run.child.receiveLines(bytes: SingerLimits.chunkBytes)
            guard !run.child.lineEnds.isEmpty else {
                try await run.finish()
                hasEnded = try !startsOver()
                return
            }
        } catch let error as SluiceError {
            run.end()
            guard catalogOption == Self.olderOption, lineNumber == 0 else { throw program.failure(error) }
            note("\(program.name) gave nothing with --catalog, and with \(Self.olderOption): \(error.message)")
            hasEnded = true
            return
        }
        do {
            let (bytes, ends) = run.child.takeLines(run.child.lineEnds.count)
            try take(bytes, ends)
        } catch let error as SluiceError {
            run.end()
            throw error
        }
    }

    /// By which taps knew their catalog before `--catalog`.
    private static let olderOption = "--properties"

    /// Starts a tap that ended without a word once more, with the catalog as older ones take it: those ignore `--catalog`, and then have nothing
    /// to do. Every other tap says at least a schema.
    private func startsOver() throws(SluiceError) -> Bool {
        guard lineNumber == 0, catalog != nil, catalogOption != Self.olderOption else { return false }
        notes += run.child.takeErrorLines().suffix(SingerLimits.shownLines).map { "\(program.name): \($0)" }
        catalogOption = Self.olderOption
        run = try Self.started(program, catalogOption, catalog, state)
        return true
    }

    /// Takes whole lines.
    private func take(_ bytes: [UInt8], _ ends: [Int]) throws {
        let scanner = JSONScanner(bytes)
        var chunk = Chunk(records: RawRecords(bytes: bytes))
        var start = 0
        for end in ends {
            defer { start = end }
            lineNumber += 1
            guard let line = Self.trimmed(start..<end, bytes) else { continue }
            do {
                try take(try SingerMessage(line, scanner), line, bytes, &chunk)
            } catch let fault as SingerFault {
                throw SluiceError(
                    .tapFailed, "\(program.name) wrote \(fault.what), as line \(lineNumber): \(Self.shown(bytes[line]))",
                    remedy: "a tap writes nothing but messages on its standard output; what it logs belongs on its standard error")
            }
        }
        keep(chunk)
    }

    private func keep(_ chunk: Chunk) { if chunk.records.count > 0 || chunk.state != nil { waiting.append(.chunk(chunk)) } }

    private func take(_ message: SingerMessage, _ line: Range<Int>, _ bytes: [UInt8], _ chunk: inout Chunk) throws {
        switch message {
        case .record(let name, let place):
            try requireSchema(of: name, for: "a record")
            guard stream.isEverything || name == stream.name else { return }
            // Of all streams, the message itself says which one it is.
            let record = stream.isEverything ? line : place
            chunk.records.starts.append(Int32(record.lowerBound))
            chunk.records.ends.append(Int32(record.upperBound))
        case .schema(let schema):
            described.insert(schema.stream)
            if schema.stream == stream.name { compare(schema) }
        case .state(let place):
            chunk.state = Array(bytes[place])
            chunk.covered = chunk.records.count
        case .activateVersion(let name):
            guard stream.isEverything || name == stream.name else { return }
            note("\(program.name) says that rows of earlier versions of \(name) are gone (ACTIVATE_VERSION); those that were written stay")
        case .batch(let name, let batch):
            try requireSchema(of: name, for: "a batch")
            if stream.isEverything { throw SingerFault("a batch, whose records do not say their stream, as all streams are read") }
            guard name == stream.name else { return }
            keep(chunk)
            chunk = Chunk(records: RawRecords(bytes: bytes))
            waiting += try SingerBatchFile.files(of: batch).map { .file($0) }
        }
    }

    private func requireSchema(of name: String, for what: String) throws(SingerFault) {
        guard described.contains(name) else { throw SingerFault("\(what) of stream \(name.quotedForMessage) before its schema") }
    }

    private func compare(_ schema: SingerSchema) {
        guard case .object(let properties)? = schema.schema["properties"] else { return }
        let others = properties.map(\.name).filter { !known.contains($0) }
        guard !others.isEmpty else { return }
        note(
            "\(program.name) has properties of \(stream.name) that are no columns: \(others.prefix(ConnectorLimits.listedNames).joined(separator: ", "))"
                + (others.count > ConnectorLimits.listedNames ? " and \(others.count - ConnectorLimits.listedNames) more" : "")
                + "; name them in columns: {…} to read them")
    }

    private func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

    /// A line without its end and blanks around it; nil for an empty one.
    static func trimmed(_ line: Range<Int>, _ bytes: [UInt8]) -> Range<Int>? {
        var (start, end) = (line.lowerBound, line.upperBound)
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while start < end, bytes[end - 1] <= 0x20 { end -= 1 }
        return start < end ? start..<end : nil
    }

    private static func shown(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.prefix(200), as: UTF8.self).quotedForMessage
    }
}
