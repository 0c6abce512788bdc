import SluiceArrow
import SluiceCore
import SluiceTestKit
import Testing

/// Batches as messages of a stream come back as they were, whatever the pieces; damaged messages are errors.
@Suite("Arrow streams")
struct StreamTests {
    private static let limitBytes = 16 << 20

    private static func batch(_ type: DataType, count: Int, usesDictionaries: Bool, _ generator: inout SeededGenerator) throws -> Batch {
        let model = ColumnModel(type, count: count, usesDictionaries: usesDictionaries, using: &generator)
        let schema = try Schema([Field("number", .int64, isNullable: false), Field("column ü", type)])
        return Batch(schema, [.integers(Array(0..<Int64(count))), model.column], rowCount: count)
    }

    private static func rows(_ batches: [Batch]) -> [Value] { batches.flatMap { batch in (0..<batch.rowCount).map { batch.row($0) } } }

    @Test("every type comes back, in pieces of any length", arguments: RoundTripTests.cases)
    func types(_ type: DataType, _ usesDictionaries: Bool) throws {
        var generator = RoundTripTests.generator()
        let batches = try [0, 1, 200, 65].map { try Self.batch(type, count: $0, usesDictionaries: usesDictionaries, &generator) }
        let bytes = ArrowStreamWriter.message(batches[0].schema) + batches.flatMap { ArrowStreamWriter.message($0) } + ArrowStreamWriter.end
        for pieceBytes in [1, 1_000, bytes.count] {
            var reader = ArrowStreamReader(limitBytes: Self.limitBytes)
            var found: [Batch] = []
            for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
                reader.append(bytes[start..<min(start + pieceBytes, bytes.count)])
                while let batch = try reader.next() { found.append(batch) }
            }
            #expect(reader.hasEnded && !reader.hasRest && reader.schema == batches[0].schema)
            #expect(Self.rows(found) == Self.rows(batches))
        }
    }

    @Test("messages with changed bytes, or cut off, are read or refused, and nothing else", arguments: 0..<40)
    func damaged(_ round: Int) throws {
        var generator = RoundTripTests.generator()
        let (type, usesDictionaries) = RoundTripTests.cases[round % RoundTripTests.cases.count]
        let batch = try Self.batch(type, count: 20, usesDictionaries: usesDictionaries, &generator)
        let whole = ArrowStreamWriter.message(batch.schema) + ArrowStreamWriter.message(batch)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            var reader = ArrowStreamReader(limitBytes: Self.limitBytes)
            reader.append(bytes)
            do {
                while let batch = try reader.next() { _ = Self.rows([batch]) }
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("what is no stream, and what is too large, is refused")
    func refused() throws {
        var text = ArrowStreamReader(limitBytes: Self.limitBytes)
        text.append(Array("{\"n\": 1}\n{\"n\": 2}\n".utf8))
        #expect(throws: SluiceError.self) { try text.next() }
        var generator = RoundTripTests.generator()
        let batch = try Self.batch(.string, count: 200, usesDictionaries: false, &generator)
        var small = ArrowStreamReader(limitBytes: 1_000)
        small.append(ArrowStreamWriter.message(batch.schema) + ArrowStreamWriter.message(batch))
        let error = #expect(throws: SluiceError.self) { try small.next() }
        #expect(error?.code == .limitExceeded)
    }
}
