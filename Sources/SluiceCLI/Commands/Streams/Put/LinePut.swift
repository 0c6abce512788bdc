import SluiceCore
import SluiceLog
import SluiceStreams

/// Puts lines into a stream, each as a record.
struct LinePut {
    struct Result: Sendable {
        var records = 0
        /// Of the lines, without their ends and keys.
        var bytes = 0
        /// Records that do not fit the stream's schema and are among its dead letters.
        var letters = 0
        var wasInterrupted = false
    }

    /// Bytes after which what was written is committed while more is read.
    static let commitBytes = 8 << 20

    let stream: RecordStream
    let keys: RecordKeys
    let checksJSON: Bool
    /// How messages call the input.
    let inputName: String
    private var router: KeyRouter
    private let recordBytes: Int
    private(set) var result = Result()
    private var uncommittedBytes = 0

    init(_ stream: RecordStream, keys: RecordKeys, checksJSON: Bool, inputName: String) {
        self.stream = stream
        self.keys = keys
        self.checksJSON = checksJSON
        self.inputName = inputName
        router = stream.router()
        recordBytes = stream.configuration.recordBytes
    }

    /// Reads to the end of the input, or until the task is cancelled, and returns when every record is as durable as the stream promises.
    ///
    /// - Throws: for the first line that is no record, once all lines before it are stored; what reading and writing throws.
    mutating func run(_ input: LineInput) async throws -> Result {
        var input = input
        do {
            while let block = try input.next() { try await put(block) }
        } catch is CancellationError {
            result.wasInterrupted = true
        } catch let error as SluiceError {
            try await stream.commit()
            throw advised(error)
        }
        try await stream.commit()
        return result
    }

    private mutating func put(_ block: LineInput.Block) async throws {
        var (found, fault) = keys.keys(of: block.records, checksJSON: checksJSON)
        if let row = (0..<found.count).first(where: { found.length($0) + block.records.range($0).count > recordBytes }) {
            let bytes = found.length(row) + block.records.range(row).count
            fault = RowError(.recordTooLarge, "the record has \(bytes) bytes with its key, and the stream takes \(recordBytes)")
            found = found.slice(0..<row)
        }
        let records = fault == nil ? block.records : block.records.slice(0..<found.count)
        let given = NewRecords(keys: found, payloads: records)
        let admission = try await stream.admit(given)
        try await append(admission.kept.count == given.count ? given : given.gather(admission.kept))
        result.letters += admission.letters
        if let refused = admission.refused {
            throw SluiceError(
                refused.error.code, refused.error.message,
                at: .file(path: inputName, line: block.line(of: refused.row), column: nil), remedy: refused.error.remedy)
        }
        if let fault {
            throw SluiceError(
                fault.code, fault.message, at: .file(path: inputName, line: block.line(of: found.count), column: nil))
        }
        if uncommittedBytes >= Self.commitBytes || block.isLastForNow {
            try await stream.commit()
            uncommittedBytes = 0
        }
    }

    private mutating func append(_ records: NewRecords) async throws {
        for (shard, rows) in router.partition(records.keys).enumerated() where !rows.isEmpty {
            try await stream.append(records, rows: rows, to: shard, rerouting: &router, .buffered)
        }
        let bytes = (0..<records.count).reduce(0) { $0 + records.payloads.range($1).count }
        result.records += records.count
        result.bytes += bytes
        uncommittedBytes += bytes
    }

    /// Says where to go on.
    private func advised(_ error: SluiceError) -> SluiceError {
        var error = error
        let before =
            switch result.records {
            case 0: "nothing was stored"
            case 1: "the record before it is stored"
            default: "the \(HumanText.grouped(result.records)) records before it are stored"
            }
        error.remedy = error.remedy.map { before + "; " + $0 } ?? before
        return error
    }
}
