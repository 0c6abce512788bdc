import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceJSON
import SluicePipelines
import SluiceProcesses

/// Gives rows to a target as they come, and commits when the target has said that it holds all of them.
///
/// The target is told a state behind the last row, and says it again once everything before it is stored. A run that is cut off before its commit
/// gives its rows again.
struct SingerSink: Sink {
    let program: SingerProgram
    let stream: String
    private let keys: [String]
    private let location: SourceLocation?
    private let format: any RecordFormat
    private let contract: SinkContract?

    init(_ program: SingerProgram, _ options: OptionValues, contract: SinkContract? = nil) throws(SluiceError) {
        self.program = program
        self.contract = contract
        stream = try options.require("stream").string()
        keys = try options.strings("keys")
        location = options.location(of: "keys")
        format = try JSONFormat(options: [:])
    }

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var summary: String {
        let again =
            keys.isEmpty
            ? "come twice" : "come again, for the target to put in place of those with the same \(keys.joined(separator: ", "))"
        return "\(program.name) \(stream) (rows of a run that is repeated \(again))"
    }
    var keepsOrder: Bool { true }
    func contract(for schema: Schema) -> SinkContract? { contract }

    func check(_ schema: Schema) throws {
        for key in keys {
            do throws(SluiceError) {
                _ = try schema.require(key)
            } catch {
                throw error.located(at: location)
            }
        }
        _ = try format.encoder(schema)
    }

    /// Targets put a row in place of the one with the same keys: rows whose key is null would all be one.
    fileprivate func checkKeys(of batch: Batch) throws(SluiceError) {
        for key in keys {
            guard let place = batch.schema.index(of: key), let row = (0..<batch.rowCount).first(where: { batch.columns[place].isNull($0) })
            else { continue }
            throw SluiceError(
                .nullKey, "column \(key.quotedForMessage) is a key of stream \(stream.quotedForMessage), and null in a row",
                at: batch.origin?.location(row), remedy: "leave such rows out: filter: \(key) IS NOT NULL; or name other keys")
        }
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        SingerSinkWriter(self, try program.started(), format, try format.encoder(schema), preamble(schema), run: run)
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    func discard(run: String) async {}

    /// The message that says what records look like.
    private func preamble(_ schema: Schema) -> [UInt8] {
        let message = JSONNode.members([
            "type": .string("SCHEMA"), "stream": .string(stream), "schema": SingerSchemaText.schema(schema),
            "key_properties": .list(keys.map { .string($0) }),
        ])
        return message.json + [UInt8(ascii: "\n")]
    }
}

extension SingerSink: ProgramEnd {
    func logErrors(_ take: @escaping @Sendable (ArraySlice<UInt8>) -> Void) { program.log.begin(take) }
}

/// A target that runs. One task uses it at a time.
private final class SingerSinkWriter: SinkWriter {
    private let sink: SingerSink
    private let program: SingerRun
    private let format: any RecordFormat
    private let encoder: any RecordEncoder
    private let run: String
    private let opening: [UInt8]
    private var rowCount: Int64 = 0
    private(set) var bytesWritten: Int64 = 0
    /// Lines of the target's output: the last state that it has said.
    private var said: [UInt8] = []

    init(
        _ sink: SingerSink, _ program: SingerRun, _ format: any RecordFormat, _ encoder: any RecordEncoder, _ preamble: [UInt8],
        run: String
    ) {
        self.sink = sink
        self.program = program
        self.format = format
        self.encoder = encoder
        self.run = run
        var opening = Array("{\"type\":\"RECORD\",\"stream\":".utf8)
        JSONText.appendString(sink.stream.utf8, to: &opening)
        self.opening = opening + Array(",\"record\":".utf8)
        program.child.send(preamble)
    }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        try sink.checkKeys(of: batch)
        var bytes = encoder.header
        try encoder.encode(batch, into: &bytes)
        var framer = try format.framer(MemorySource(bytes), path: "rows")
        var messages: [UInt8] = []
        while let framed = try framer.next() {
            for place in 0..<framed.count {
                messages += opening
                messages += framed.records[place]
                messages += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
            }
        }
        rowCount += Int64(batch.rowCount)
        bytesWritten += Int64(messages.count)
        try await send(messages)
    }

    /// Sends a state, and waits for the target to say it and to end.
    func finish() async throws -> [StagedFile] {
        let state = JSONNode.members(["run": .string(run), "rows": .integer(Int(rowCount))]).json
        try await send(Array("{\"type\":\"STATE\",\"value\":".utf8) + state + Array("}\n".utf8))
        do {
            program.child.closeInput()
            try await program.child.exchangeSuspending { false }
            takeLines()
            try await program.finish()
        } catch let error as SluiceError {
            throw sink.program.failure(error)
        }
        guard let wanted = try? JSONParser.parse(state), let last = try? JSONParser.parse(said), Self.agree(last, wanted) else {
            throw SluiceError(
                .targetFailed,
                "\(sink.program.name) has ended without saying the state behind the last row: it may not have stored all of \(rowCount) rows",
                remedy: "run the pipeline again; rows that were stored come twice", isRetriable: true)
        }
        return []
    }

    /// Some targets say the state with other blanks, or in another order.
    private static func agree(_ said: JSONNode, _ wanted: JSONNode) -> Bool {
        let value = said["value"] ?? said
        return value["run"]?.string == wanted["run"]?.string && value["rows"]?.integer == wanted["rows"]?.integer
    }

    private func send(_ bytes: [UInt8]) async throws {
        let child = program.child
        child.send(bytes)
        do {
            try await child.exchangeSuspending { !child.hasPending }
            takeLines()
            guard child.hasEnded else { return }
            try await program.finish()
        } catch let error as SluiceError {
            throw sink.program.failure(error)
        }
        throw SluiceError(.targetFailed, "\(sink.program.name) has ended before the last row")
    }

    private func takeLines() {
        let (bytes, ends) = program.child.takeLines(program.child.lineEnds.count)
        var start = 0
        for end in ends {
            if let line = SingerTap.trimmed(start..<end, bytes) { said = Array(bytes[line]) }
            start = end
        }
    }
}
