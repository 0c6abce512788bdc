import SluiceCore
import SluiceStreams
import Testing

@testable import SluiceLog

@Suite("streams that are bound to a schema")
struct GateTests {
    private let temporary = TemporaryDirectory()

    /// Takes records that begin with `ok`.
    private var store: StreamStore {
        StreamStore(
            directory: temporary.path + "/streams",
            checks: RecordChecks { schema throws(SluiceError) in
                guard schema == "numbers" else { throw SluiceError(.notFound, "there is no schema \(schema)") }
                return { record in
                    record.starts(with: Array("ok".utf8))
                        ? nil : SluiceError(.valueDoesNotFit, "field n: no number", remedy: "send numbers")
                }
            })
    }

    private func create(_ enforcement: SchemaBinding.Enforcement, schema: String = "numbers") throws -> RecordStream {
        try store.create("s", StreamConfiguration(schema: SchemaBinding(schema, enforcement)))
        return try store.open("s", for: .writing)
    }

    private func batch(_ payloads: String...) -> PutBatch {
        let rows = NewRecords(keys: ByteRows(texts: payloads.map { "k" + $0 }), payloads: ByteRows(texts: payloads))
        return PutBatch(keys: rows.keys, payloads: rows.payloads)
    }

    private func payloads(_ name: String) async throws -> [String] {
        let stream = try store.open(name, for: .reading)
        var reader = try stream.reader(shard: 0, from: .start)
        var found: [String] = []
        while let records = try await reader.next() {
            found += (0..<records.count).map { String(decoding: records.payloads[$0], as: UTF8.self) }
        }
        return found
    }

    @Test("a binding is kept with the stream, and changes with it") func kept() throws {
        let stream = try create(.deadLetter, schema: "sales/orders of %")
        stream.close()
        #expect(try store.describe("s").configuration.schema == SchemaBinding("sales/orders of %", .deadLetter))
        let again = try store.open("s", for: .writing)
        var change = StreamChange()
        change.schema = SchemaBinding("other", .off)
        try again.update(change)
        #expect(try store.describe("s").json.member("enforce") == .string("off"))
        change.schema = .some(nil)
        try again.update(change)
        again.close()
        #expect(try store.describe("s").configuration.schema == nil)
    }

    @Test("rejected records fail one by one, the others are stored") func rejects() async throws {
        let stream = try create(.reject)
        let outcomes = try await stream.put(batch("ok1", "no", "ok2"))
        #expect(outcomes.map { $0.receipt != nil } == [true, false, true])
        guard case .failed(let error) = outcomes[1] else { return }
        #expect(error.message == "field n: no number")
        stream.close()
        #expect(try await payloads("s") == ["ok1", "ok2"])
        #expect(try store.list() == ["s"])
    }

    @Test("dead letters keep the record, its key and the reason") func letters() async throws {
        let stream = try create(.deadLetter)
        let outcomes = try await stream.put(batch("no", "ok", "bad"))
        #expect(outcomes.map { $0.receipt?.isDeadLetter } == [true, false, true])
        stream.close()
        #expect(try await payloads("s") == ["ok"])
        #expect(try await payloads("s.dead-letters") == ["no", "bad"])
        var reader = try store.open("s.dead-letters", for: .reading).reader(shard: 0, from: .start)
        let letter = try #require(try await reader.next())
        #expect(letter.header("sluice.error.code").map { String(decoding: $0, as: UTF8.self) } == "value-does-not-fit")
        #expect(letter.header("sluice.error.message").map { String(decoding: $0, as: UTF8.self) } == "field n: no number")
        #expect(String(decoding: letter.keys[0], as: UTF8.self) == "kno")
    }

    @Test("records that are appended are admitted up to the first that does not fit, or without those that do not") func admission()
        async throws
    {
        let records = NewRecords(keys: ByteRows(texts: ["a", "b", "c"]), payloads: ByteRows(texts: ["ok", "no", "ok"]))
        let stream = try create(.reject)
        let admitted = try await stream.admit(records)
        #expect(admitted.kept == [0] && admitted.refused?.row == 1 && admitted.letters == 0)
        var change = StreamChange()
        change.schema = SchemaBinding("numbers", .deadLetter)
        try stream.update(change)
        let rest = try await stream.admit(records)
        #expect(rest.kept == [0, 2] && rest.refused == nil && rest.letters == 1)
        change.schema = SchemaBinding("numbers", .off)
        try stream.update(change)
        #expect(try await stream.admit(records).kept == [0, 1, 2])
        stream.close()
    }

    @Test("whoever cannot check a bound stream cannot put into it") func unchecked() async throws {
        try create(.reject).close()
        let stream = try temporary.streams.open("s", for: .writing)
        let error = await #expect(throws: SluiceError.self) { try await stream.put(batch("ok")) }
        #expect(error?.code == .notOffered && error?.remedy != nil)
        stream.close()
        try store.delete("s")
        let unknown = try create(.reject, schema: "missing")
        #expect(await #expect(throws: SluiceError.self) { try await unknown.put(batch("ok")) }?.code == .notFound)
        unknown.close()
        #expect(try await payloads("s") == [])
    }
}
