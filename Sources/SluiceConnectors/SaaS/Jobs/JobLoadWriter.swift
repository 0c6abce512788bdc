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
    /// What a person can do about a text that a file cannot say.
    private let rewording: String
    private let refuse: (ArraySlice<UInt8>, SluiceError) throws(SluiceError) -> Void
    private var file: [UInt8] = []
    /// How often a file came that is equal to the byte.
    private var occurrences: [UInt64: Int] = [:]
    private(set) var bytesWritten: Int64 = 0

    /// - Parameters:
    ///   - hasRequests: Whether the write has requests of its own, too.
    ///   - refuse: Takes rows that the service does not.
    init(
        _ loader: JobLoader, _ schema: Schema, purpose: String, key: String, hasRequests: Bool,
        refuse: @escaping (ArraySlice<UInt8>, SluiceError) throws(SluiceError) -> Void
    ) throws(SluiceError) {
        self.loader = loader
        self.schema = schema
        self.purpose = purpose
        self.key = key
        self.refuse = refuse
        rewording =
            "write another text, or name a file that takes such rows: errors: refused.jsonl"
            + (hasRequests ? "; bulk: never sends them as they are" : "")
        encoder = try Self.encoder(schema, loader)
    }

    private static func encoder(_ schema: Schema, _ loader: JobLoader) throws(SluiceError) -> any RecordEncoder {
        try CSVFormat(options: ["null_values": .texts([loader.nullText])]).encoder(schema)
    }

    func write(_ batch: Batch) async throws {
        let batch = try sayable(batch)
        guard batch.rowCount > 0 else { return }
        if file.isEmpty { file = encoder.header }
        try encoder.encode(marked(batch), into: &file)
        if file.count >= loader.load.bytes { try await flush() }
    }

    /// The rows without those that have the text which means null in files: the service would clear the field. They are refused.
    private func sayable(_ batch: Batch) throws -> Batch {
        let mark = loader.load.nulls
        guard !mark.isEmpty else { return batch }
        let texts = schema.fields.indices.filter { schema.fields[$0].type == .string }
        var kept: [Int32] = []
        for row in 0..<batch.rowCount {
            guard let column = texts.first(where: { batch.columns[$0][row] == .string(mark) }) else {
                kept.append(Int32(row))
                continue
            }
            let name = schema.fields[column].name.quotedForMessage
            let error = SluiceError(
                .requestRefused, "\(purpose): files of jobs cannot say the text \(mark.quotedForMessage) of \(name): it means null there",
                remedy: rewording)
            try refuse(Array(batch.row(row).json.utf8)[...], error)
        }
        return kept.count == batch.rowCount ? batch : batch.gather(kept)
    }

    /// The rows as files of updates can say them: an empty field leaves what is there, so an empty text is written as null, which clears it. A key
    /// that is null is an empty text: what clears a field is no key.
    private func marked(_ batch: Batch) throws -> Batch {
        guard !loader.nullText.isEmpty else { return batch }
        var columns = batch.columns
        for (place, field) in schema.fields.enumerated() where field.type == .string {
            let column = columns[place]
            let (from, to) = field.name == key ? (Value.null, Value.string("")) : (.string(""), .null)
            guard (0..<batch.rowCount).contains(where: { column[$0] == from }) else { continue }
            columns[place] = try ColumnBuilder.column(.string, (0..<batch.rowCount).map { column[$0] == from ? to : column[$0] })
        }
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
        let texts = try Schema(schema.names.map { Field($0, .string) })
        let unprocessed = try batch(outcome.unprocessed, texts, null: loader.nullText)
        guard outcome.isTold else { return unprocessed }
        return Batch.concatenated([try batch(outcome.refused, texts, null: loader.nullText), unprocessed], schema: texts)
    }

    /// Tells of refused rows, each with its reason, as they were before they were sent.
    private func report(_ refused: [UInt8], of sent: [UInt8], _ job: String) throws {
        let found = try texts(refused, [loader.load.reason] + schema.names)
        guard found.rowCount > 0 else { return }
        let originals = try originals(sent)
        for row in 0..<found.rowCount {
            let reason = Self.text(found.columns[0], row)
            let cells = found.columns.dropFirst().map { Self.text($0, row) }
            let json = originals[cells] ?? Value.structure(zip(schema.names, cells).map { Value.Member($0, value($1)) }).json
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
        let (texts, typed) = (try texts(sent, schema.names), try batch(sent, schema, null: loader.nullText))
        guard texts.rowCount == typed.rowCount else { return [:] }
        let place = loader.nullText.isEmpty ? nil : schema.index(of: key)
        var rows: [[String]: String] = [:]
        for row in 0..<texts.rowCount {
            var values = typed.columns.map { $0[row] }
            // As `marked` has written it.
            if let place, values[place] == .string("") { values[place] = .null }
            let members = zip(schema.names, values).map { Value.Member($0, $1) }
            rows[texts.columns.map { Self.text($0, row) }] = Value.structure(members).json
        }
        return rows
    }

    /// A cell of a file; no row with a text that means null has been sent.
    private func value(_ cell: String) -> Value { cell == loader.nullText ? .null : .string(cell) }

    /// Cells as they are written: services put quotes around what means null, too.
    private func texts(_ csv: [UInt8], _ names: [String]) throws -> Batch {
        try batch(csv, Schema(names.map { Field($0, .string) }), null: "")
    }

    private func batch(_ csv: [UInt8], _ schema: Schema, null: String) throws -> Batch {
        guard !csv.isEmpty else { return Batch(schema, schema.fields.map { .nulls($0.type, count: 0) }, rowCount: 0) }
        let input = FileInput(MemoryAccess(csv), path: purpose, codec: Codec.none)
        let format = try CSVFormat(options: ["detect": .text("none"), "null_values": .texts([null])])
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
