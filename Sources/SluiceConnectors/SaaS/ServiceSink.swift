import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceSaaS
import Synchronization

/// Writes rows to a service: one request each, as they come, or by jobs where there are many and the service has them.
///
/// A run that is cut off and started again sends some rows twice. Each row has an idempotency key, made of the pipeline, its epoch and the row itself,
/// so that a service that takes such keys makes one record of both; updates and upserts by key do no harm either.
final class ServiceSink: Sink {
    /// One request each; nil where the service takes the write by jobs only, or that is wanted.
    let writer: RecordWriter?
    /// Nil where the service has no jobs for the write, or they are not wanted.
    let loader: JobLoader?
    let pipeline: String
    private let output: String?
    /// The column that tells records apart.
    let key: String
    private let entity: ServiceEntity
    private let mode: ServiceEntity.Write
    private let target: String
    private let format: any RecordFormat
    private let refusals: RefusedRows?
    private let contract: SinkContract?
    private let texts: WrittenTexts
    private let absent = Mutex(0 as Int64)
    /// Of a row that the service refuses, in a message.
    private static let shownCharacters = 300

    init(_ session: ServiceSession, _ entity: ServiceEntity, _ options: OptionValues, _ context: ConnectorContext) throws(SluiceError) {
        mode = try options.require("mode").enumeration(ServiceEntity.Write.self)
        self.entity = entity
        key = try options.string("key") ?? entity.key.first ?? ""
        let bulk = try options["bulk"]?.enumeration(BulkChoice.self) ?? .auto
        do throws(SluiceError) {
            let hasJobs = entity.load?.bodies[mode] != nil && bulk != .never
            loader = hasJobs || bulk == .always ? try JobLoader(session, entity, mode, ledger: CatalogJobLedger(context)) : nil
            let isAlone = loader != nil && (bulk == .always || entity.writes[mode] == nil)
            writer = isAlone ? nil : try RecordWriter(session, entity, mode)
        } catch {
            throw error.located(at: options.location(of: "mode"))
        }
        contract = try ContractOptions.contract(options, in: context)
        texts = try options.enumeration("texts", as: WrittenTexts.self) ?? .refuse
        pipeline = context.pipeline
        output = context.output
        target = "\(session.declaration.name) \(entity.name)"
        format = try JSONFormat(options: [:])
        refusals = try options.string("errors").map { RefusedRows(path: DatasetName.absolute($0, in: context.directory)) }
    }

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var summary: String {
        guard let writer else { return "\(target) (\(mode.rawValue) by jobs)" }
        return "\(target) (\(mode.rawValue)\(writer.isIdempotent ? "" : ", rows of a run that is repeated come twice"))"
    }
    /// What its files are of, and what its rows' keys are made of: two routes to one entity bring rows and jobs of their own.
    var purpose: String { "\(target) \(mode.rawValue)" + (output.map { " \($0)" } ?? "") }
    /// One writer: it counts equal rows, so that each has a key of its own.
    var keepsOrder: Bool { true }
    func contract(for schema: Schema) -> SinkContract? { contract }

    func check(_ schema: Schema) throws {
        if let writer {
            try writer.check(schema.names)
        } else {
            try entity.check(schema.names, for: mode, keys: mode == .create ? [] : [key])
        }
        try FieldTypes.check(schema, entity, texts)
        _ = try format.encoder(schema)
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        try await open(schema: schema, run: run, writer: writer, epoch: nil)
    }

    func open(schema: Schema, run: String, writer: Int, epoch: Int?) async throws -> any SinkWriter {
        var jobs: JobLoadWriter?
        if let loader {
            let hasRequests = entity.writes[mode] != nil
            jobs = try JobLoadWriter(loader, schema, purpose: purpose, key: key, hasRequests: hasRequests) {
                [self] row, error throws(SluiceError) in try refuse(row, error)
            }
        }
        return ServiceSinkWriter(
            self, jobs, format: format, encoder: try format.encoder(schema), TextConversion(schema, entity, texts), epoch: epoch)
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    func discard(run: String) async {}

    /// Rows that were put aside so far; the one writer has given all of them.
    var rowsRefused: Int64 { refusals?.count ?? 0 }

    /// Where refused rows are; nil where there are none.
    var refusalNotice: String? {
        guard let refusals, refusals.count > 0 else { return nil }
        let count = refusals.count
        let (rows, verb) = count == 1 ? ("1 row", "is") : ("\(count) rows", "are")
        return "\(target) refused \(rows), which \(verb) in \(refusals.path) with the reason"
    }

    /// A row names a record that was to be removed and is not there.
    func noteAbsent() { absent.withLock { $0 += 1 } }

    /// How many records were not there to be removed; nil for none.
    var absenceNotice: String? {
        let count = absent.withLock { $0 }
        guard count > 0 else { return nil }
        return count == 1
            ? "\(target) has no record that 1 row names, so nothing was removed for it"
            : "\(target) has no record that \(count) of the rows name, so nothing was removed for them"
    }

    /// - Throws: the refusal, where nothing takes refused rows.
    func refuse(_ row: ArraySlice<UInt8>, _ error: SluiceError) throws(SluiceError) {
        guard let refusals else {
            var explained = error
            // A secret that is cut is none that anybody knows.
            let text = KnownSecrets.masked(String(decoding: row, as: UTF8.self))
            explained.message += "; the row is \(text.prefix(Self.shownCharacters))\(text.count > Self.shownCharacters ? "…" : "")"
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
    private let jobs: JobLoadWriter?
    private let conversion: TextConversion?
    /// Rows that wait until it is known whether there are enough for a job; nil once that is decided.
    private var waiting: [Batch]? = []
    /// Rows that go together into one request; nil where each has its own.
    private var collector: RecordCollector?
    /// Part of each row's key: a later epoch may bring a row that is equal to the byte, and is another record.
    private let epoch: Int?
    /// How often a row came that is equal to the byte.
    private var occurrences: [UInt64: Int] = [:]
    private var bytesSent: Int64 = 0

    init(
        _ sink: ServiceSink, _ jobs: JobLoadWriter?, format: any RecordFormat, encoder: any RecordEncoder, _ conversion: TextConversion?,
        epoch: Int?
    ) {
        self.sink = sink
        self.conversion = conversion
        self.epoch = epoch
        self.jobs = jobs
        self.format = format
        self.encoder = encoder
        collector = sink.writer?.collector
    }

    var bytesWritten: Int64 { bytesSent + (jobs?.bytesWritten ?? 0) }
    var rowsRefused: Int64 { sink.rowsRefused }
    var notices: [String] { [sink.refusalNotice, sink.absenceNotice].compactMap(\.self) }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        guard let jobs, let loader = sink.loader else { return try await send(batch) }
        guard let before = waiting else { return try await jobs.write(batch) }
        waiting = before + [batch]
        let count = before.reduce(batch.rowCount) { $0 + $1.rowCount }
        guard sink.writer == nil || count >= loader.load.threshold else { return }
        waiting = nil
        for batch in before + [batch] { try await jobs.write(batch) }
    }

    /// Sends each row in a request of its own, or collects rows for one that takes several.
    private func send(_ batch: Batch) async throws {
        guard let writer = sink.writer else { return }
        var bytes = encoder.header
        try encoder.encode(batch, into: &bytes)
        var framer = try format.framer(MemorySource(bytes), path: "rows")
        var payloads: [ArraySlice<UInt8>] = []
        while let framed = try framer.next() { for place in 0..<framed.count { payloads.append(framed.records[place]) } }
        if let conversion { payloads = payloads.map(conversion.converted) }
        if collector != nil { return try await collect(payloads, writer) }
        for payload in payloads {
            switch try await writer.write(Array(payload), idempotencyKey: key(payload)) {
            case .written: bytesSent += Int64(payload.count)
            case .absent: sink.noteAbsent()
            case .refused(let error): try sink.refuse(payload, error)
            }
        }
    }

    private func collect(_ payloads: [ArraySlice<UInt8>], _ writer: RecordWriter) async throws {
        for payload in payloads {
            switch collector?.take(Array(payload)) {
            case .send(let items)?: try await send(items, writer)
            case .refused(let error)?: try sink.refuse(payload, error)
            case .collected?, nil: break
            }
        }
    }

    private func send(_ items: [RecordCollector.Item], _ writer: RecordWriter) async throws {
        for (item, result) in zip(items, try await writer.write(items)) {
            switch result {
            case .written: bytesSent += Int64(item.row.count)
            case .absent: sink.noteAbsent()
            case .refused(let error): try sink.refuse(item.row[...], error)
            }
        }
    }

    private func key(_ row: ArraySlice<UInt8>) -> String {
        var hash = StableHash()
        for part in [sink.pipeline, sink.purpose, epoch.map(String.init) ?? ""] {
            hash.add(part.utf8)
            hash.add(UInt8(0))
        }
        hash.add(row)
        let number = occurrences[hash.value, default: 0]
        occurrences[hash.value] = number + 1
        return "sluice-\(hash.value.hexadecimal)-\(number)"
    }

    func finish() async throws -> [StagedFile] {
        for batch in waiting ?? [] { try await send(batch) }
        waiting = []
        if let writer = sink.writer, let last = collector?.rest(), !last.isEmpty { try await send(last, writer) }
        try await jobs?.flush()
        return []
    }
}

/// A file of JSON lines: rows that a service refused, and why.
private final class RefusedRows: Sendable {
    let path: String
    private let counted = Mutex<Int64>(0)

    init(path: String) { self.path = path }

    var count: Int64 { counted.withLock { $0 } }

    func append(_ row: ArraySlice<UInt8>, _ error: SluiceError) throws(SluiceError) {
        var line: [UInt8] = Array("{\"row\":".utf8)
        line += row
        line += Array(",\"code\":".utf8)
        JSONText.appendString(error.code.name.utf8, to: &line)
        line += Array(",\"message\":".utf8)
        JSONText.appendString(KnownSecrets.masked(error.message).utf8, to: &line)
        line += Array("}\n".utf8)
        try DiskFiles.append(line, to: path, permissions: 0o600)
        counted.withLock { $0 += 1 }
    }
}
