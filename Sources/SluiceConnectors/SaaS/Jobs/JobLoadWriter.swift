import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluiceHTTP
import SluicePipelines
import SluiceSaaS

/// Collects rows into files of CSV that jobs of a service read.
final class JobLoadWriter {
    /// Jobs that a run makes for a file.
    private static let attempts = 3
    private static let remedy =
        "run it again: what was refused is sent again, and nothing else; or name a file that takes such rows: errors: refused.jsonl"

    private let loader: JobLoader
    private let schema: Schema
    private let encoder: any RecordEncoder
    /// What files are of, for the ledger: pipeline, connector, entity and write.
    private let purpose: String
    private let key: String
    private let refuse: (ArraySlice<UInt8>, SluiceError) throws(SluiceError) -> Void
    private var file: [UInt8] = []
    /// How often a file came that is equal to the byte.
    private var occurrences: [UInt64: Int] = [:]
    private(set) var bytesWritten: Int64 = 0

    /// - Parameter refuse: Takes rows that the service does not.
    init(
        _ loader: JobLoader, _ schema: Schema, purpose: String, key: String,
        refuse: @escaping (ArraySlice<UInt8>, SluiceError) throws(SluiceError) -> Void
    ) throws(SluiceError) {
        self.loader = loader
        self.schema = schema
        self.purpose = purpose
        self.key = key
        self.refuse = refuse
        encoder = try Self.encoder(schema, loader)
    }

    private static func encoder(_ schema: Schema, _ loader: JobLoader) throws(SluiceError) -> any RecordEncoder {
        try CSVFormat(options: ["null_values": .texts([loader.nullText])]).encoder(schema)
    }

    func write(_ batch: Batch) async throws {
        if file.isEmpty { file = encoder.header }
        try encoder.encode(keyed(batch), into: &file)
        if file.count >= loader.load.bytes { try await flush() }
    }

    /// The rows with an empty text in place of a key that is null: what clears a field is no key.
    private func keyed(_ batch: Batch) throws -> Batch {
        guard !loader.nullText.isEmpty, let place = schema.index(of: key), schema.fields[place].type == .string else { return batch }
        let column = batch.columns[place]
        guard (0..<batch.rowCount).contains(where: { column.isNull($0) }) else { return batch }
        let texts = (0..<batch.rowCount).map { column.isNull($0) ? Value.string("") : column[$0] }
        var columns = batch.columns
        columns[place] = try ColumnBuilder.column(.string, texts)
        return batch.with(schema, columns)
    }

    /// Sends what is left.
    func flush() async throws {
        guard file.count > encoder.header.count else { return }
        let sent = file
        file = []
        var hash = StableHash()
        hash.add(sent)
        let number = occurrences[hash.value, default: 0]
        occurrences[hash.value] = number + 1
        try await send(sent, "load \(purpose) \(hash.value.hexadecimal)-\(number)")
        bytesWritten += Int64(sent.count)
    }

    /// Sends a file, and what the service did not come to once more. What it refused is sent again where an earlier run ended because of it.
    ///
    /// So a file has a row of jobs, of which each has the rows that the one before has left. A run that comes later begins with the jobs that there
    /// are, and makes up to `attempts` of its own.
    private func send(_ sent: [UInt8], _ purpose: String) async throws {
        var rows = sent
        var made = 0
        for number in 1... {
            let purpose = number == 1 ? purpose : "\(purpose) again \(number)"
            let outcome = try await loader.send(rows, purpose: purpose, key: key)
            if outcome.isNew { made += 1 }
            if !outcome.isTold { try report(outcome.refused, of: sent, purpose) }
            let left = try left(outcome)
            guard left.rowCount > 0 || outcome.failure != nil else { return }
            guard left.rowCount > 0, made < Self.attempts else {
                throw SluiceError(
                    .jobFailedThere,
                    "\(outcome.failure ?? "the service's job did not come to its end"); \(left.rowCount) rows of \(self.purpose) are not written",
                    remedy: "run it again: rows that are written are not sent twice")
            }
            let encoder = try Self.encoder(left.schema, loader)
            rows = encoder.header
            try encoder.encode(left, into: &rows)
        }
    }

    /// Rows for another job, with the texts that the service gave back.
    private func left(_ outcome: JobLoader.Outcome) throws -> Batch {
        // A null and an empty text stay two.
        let nulls = [loader.nullText]
        let unprocessed = try texts(outcome.unprocessed, schema.names, nulls: nulls)
        guard outcome.isTold else { return unprocessed }
        return Batch.concatenated([try texts(outcome.refused, schema.names, nulls: nulls), unprocessed], schema: unprocessed.schema)
    }

    /// Tells of refused rows, each with its reason, as they were before they were sent.
    private func report(_ refused: [UInt8], of sent: [UInt8], _ job: String) throws {
        let found = try texts(refused, [loader.load.reason] + schema.names)
        guard found.rowCount > 0 else { return }
        let originals = try originals(sent)
        for row in 0..<found.rowCount {
            let reason = Self.text(found.columns[0], row)
            let names = found.columns.dropFirst().map { Self.text($0, row) }
            let json = originals[names] ?? Value.structure(zip(schema.names, names).map { Value.Member($0, .string($1)) }).json
            do {
                try refuse(Array(json.utf8)[...], SluiceError(.requestRefused, "\(purpose): \(reason)", remedy: Self.remedy))
            } catch {
                try loader.noteTold(purpose: job)
                throw error
            }
        }
    }

    /// Rows of a file as JSON, by their texts.
    private func originals(_ sent: [UInt8]) throws -> [[String]: String] {
        let (texts, typed) = (try texts(sent, schema.names), try batch(sent, schema))
        guard texts.rowCount == typed.rowCount else { return [:] }
        var rows: [[String]: String] = [:]
        for row in 0..<texts.rowCount { rows[texts.columns.map { Self.text($0, row) }] = typed.row(row).json }
        return rows
    }

    private func texts(_ csv: [UInt8], _ names: [String], nulls: [String]? = nil) throws -> Batch {
        try batch(csv, Schema(names.map { Field($0, .string) }), nulls: nulls)
    }

    private func batch(_ csv: [UInt8], _ schema: Schema, nulls: [String]? = nil) throws -> Batch {
        guard !csv.isEmpty else { return Batch(schema, schema.fields.map { .nulls($0.type, count: 0) }, rowCount: 0) }
        let input = FileInput(MemoryAccess(csv), path: purpose, codec: Codec.none)
        let nulls = nulls ?? (loader.nullText.isEmpty ? [""] : [loader.nullText, ""])
        let format = try CSVFormat(options: ["detect": .text("none"), "null_values": .texts(nulls)])
        var reader = try format.reader(input, ReadRequest(schema, keepsRaw: false))
        var batches: [Batch] = []
        while var piece = try reader.next() {
            while let decoded = try piece.next() { batches.append(decoded.batch) }
        }
        return Batch.concatenated(batches, schema: schema)
    }

    private static func text(_ column: Column, _ row: Int) -> String {
        if case .string(let text) = column[row] { return text }
        return ""
    }
}
