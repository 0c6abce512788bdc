import Glibc
import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceSaaS
import Synchronization

/// Writes rows to a service, one request each, as they come.
///
/// A run that is cut off and started again sends some rows twice. Each row has an idempotency key, made of the pipeline and the row itself, so that a
/// service that takes such keys makes one record of both; updates and upserts by key do no harm either.
final class ServiceSink: Sink {
    let writer: RecordWriter
    let pipeline: String
    private let mode: ServiceEntity.Write
    private let target: String
    private let format: any RecordFormat
    private let refusals: RefusedRows?
    private let entity: ServiceEntity

    init(_ session: ServiceSession, _ entity: ServiceEntity, _ options: OptionValues, _ context: ConnectorContext) throws(SluiceError) {
        self.entity = entity
        mode = try options.require("mode").enumeration(ServiceEntity.Write.self)
        do throws(SluiceError) {
            writer = try RecordWriter(session, entity, mode)
        } catch {
            throw error.located(at: options.location(of: "mode"))
        }
        pipeline = context.pipeline
        target = "\(session.declaration.name) \(entity.name)"
        format = try JSONFormat(options: [:])
        refusals = try options.string("errors").map { RefusedRows(path: DatasetName.absolute($0, in: context.directory)) }
    }

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var summary: String { "\(target) (\(mode.rawValue)\(writer.isIdempotent ? "" : ", rows of a run that is repeated come twice"))" }
    /// One writer: it counts equal rows, so that each has a key of its own.
    var keepsOrder: Bool { true }

    func check(_ schema: Schema) throws {
        try writer.check(schema.names)
        try FieldTypes.check(schema, entity)
        _ = try format.encoder(schema)
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        ServiceSinkWriter(self, format: format, encoder: try format.encoder(schema))
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    func discard(run: String) async {}

    /// - Throws: the refusal, where nothing takes refused rows.
    func refuse(_ row: ArraySlice<UInt8>, _ error: SluiceError) throws(SluiceError) {
        guard let refusals else {
            var explained = error
            explained.remedy = error.remedy ?? "name a file that takes such rows: errors: refused.jsonl"
            throw explained
        }
        try refusals.append(row, error)
    }
}

/// Sends the rows of one task.
private final class ServiceSinkWriter: SinkWriter {
    private let sink: ServiceSink
    private let format: any RecordFormat
    private let encoder: any RecordEncoder
    /// How often a row came that is equal to the byte.
    private var occurrences: [UInt64: Int] = [:]
    private(set) var bytesWritten: Int64 = 0

    init(_ sink: ServiceSink, format: any RecordFormat, encoder: any RecordEncoder) {
        self.sink = sink
        self.format = format
        self.encoder = encoder
    }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        var bytes = encoder.header
        try encoder.encode(batch, into: &bytes)
        var framer = try format.framer(MemorySource(bytes), path: "rows")
        var payloads: [ArraySlice<UInt8>] = []
        while let framed = try framer.next() { for place in 0..<framed.count { payloads.append(framed.records[place]) } }
        for payload in payloads {
            switch try await sink.writer.write(Array(payload), idempotencyKey: key(payload)) {
            case .written: bytesWritten += Int64(payload.count)
            case .refused(let error): try sink.refuse(payload, error)
            }
        }
    }

    private func key(_ row: ArraySlice<UInt8>) -> String {
        var hash = StableHash()
        hash.add(sink.pipeline.utf8)
        hash.add(UInt8(0))
        hash.add(row)
        let number = occurrences[hash.value, default: 0]
        occurrences[hash.value] = number + 1
        return "sluice-\(hash.value.hexadecimal)-\(number)"
    }

    func finish() async throws -> [StagedFile] { [] }
}

/// A file of JSON lines: rows that a service refused, and why.
private final class RefusedRows: Sendable {
    private let path: String

    init(path: String) { self.path = path }

    func append(_ row: ArraySlice<UInt8>, _ error: SluiceError) throws(SluiceError) {
        var line: [UInt8] = Array("{\"row\":".utf8)
        line += row
        line += Array(",\"code\":".utf8)
        JSONText.appendString(error.code.name.utf8, to: &line)
        line += Array(",\"message\":".utf8)
        JSONText.appendString(KnownSecrets.masked(error.message).utf8, to: &line)
        line += Array("}\n".utf8)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { close(descriptor) }
        try DiskFiles.write(line, to: descriptor, path: path)
    }
}
