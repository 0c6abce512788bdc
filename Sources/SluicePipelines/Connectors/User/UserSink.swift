import SluiceCatalog
import SluiceCore

/// Gives rows to a user's writer as they come.
struct UserSink<Writer: RowWriter>: Sink {
    private let writer: Writer
    private let name: String
    private let needed: Schema

    init(_ writer: Writer, name: String, main: String) throws {
        self.writer = writer
        self.name = "\(name)/\(main)"
        needed = try RowSchema.of(Writer.Row.self)
    }

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var summary: String { "\(name) (rows of a run that is repeated come twice)" }
    var keepsOrder: Bool { true }

    /// - Throws: `unknownColumn` for a column that the row type needs and that is not there.
    func check(_ schema: Schema) throws {
        for field in needed.fields where !field.isNullable && schema[field.name] == nil {
            throw SluiceError(
                .unknownColumn, "\(name) needs a column \"\(field.name)\"",
                remedy: Suggestion.remedy(for: field.name, in: schema.names, noun: "columns"))
        }
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter { UserSinkWriter(self.writer, name: name) }
    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    func discard(run: String) async {}
}

private final class UserSinkWriter<Writer: RowWriter>: SinkWriter {
    private let writer: Writer
    private let name: String
    private(set) var bytesWritten: Int64 = 0

    init(_ writer: Writer, name: String) {
        self.writer = writer
        self.name = name
    }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        let decoder = RowDecoder(batch)
        var rows: [Writer.Row] = []
        for row in 0..<batch.rowCount {
            do {
                rows.append(try decoder.decode(Writer.Row.self, row: row))
            } catch let error as RowError {
                throw SluiceError(error.code, "\(name): \(error.message)", at: batch.origin?.location(row))
            }
        }
        do {
            try await writer.write(rows)
        } catch let error where error is SluiceError || error is CancellationError {
            throw error
        } catch {
            throw SluiceError(.closureFailed, "\(name) failed: \(error)", underlying: error)
        }
        bytesWritten += Int64(batch.byteCount)
    }

    func finish() async throws -> [StagedFile] { [] }
}
