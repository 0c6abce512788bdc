import SluiceCore
import SluiceTestKit
import Testing

/// Columns of every type, nested in one another, against plain arrays of values.
@Suite("Columns against a model")
struct ColumnModelTests {
    static let cases = ColumnModel.types.flatMap { type in [(type, false), (type, true)] }

    @Test("values go in and come out, and flattening keeps them", arguments: cases)
    func values(_ type: DataType, _ usesDictionaries: Bool) {
        var generator = Self.generator()
        let model = ColumnModel(type, count: 150, usesDictionaries: usesDictionaries, using: &generator)
        #expect(model.column.values == model.values)
        #expect(model.column.flattened.values == model.values)
        #expect(model.column.flattened.isFlat)
        #expect(model.column.nullCount == model.values.count { $0.isNull })
        #expect(Column.nulls(type, count: 3).values == [.null, .null, .null])
    }

    @Test("gather takes rows in any order, more than once", arguments: cases)
    func gather(_ type: DataType, _ usesDictionaries: Bool) {
        var generator = Self.generator()
        let model = ColumnModel(type, count: 150, usesDictionaries: usesDictionaries, using: &generator)
        for taken in [0, 1, 64, 65, 400] {
            let positions = (0..<taken).map { _ in Int32.random(in: -1..<150, using: &generator) }
            let expected = positions.map { $0 < 0 ? Value.null : model.values[Int($0)] }
            #expect(model.column.gatherOrNull(positions).values == expected)
            let plain = positions.filter { $0 >= 0 }
            #expect(model.column.gather(plain).values == plain.map { model.values[Int($0)] })
        }
    }

    @Test("slices are ranges, also of slices", arguments: cases)
    func slices(_ type: DataType, _ usesDictionaries: Bool) {
        var generator = Self.generator()
        let model = ColumnModel(type, count: 200, usesDictionaries: usesDictionaries, using: &generator)
        for range in [0..<0, 0..<1, 0..<200, 63..<65, 64..<128, 70..<199, 200..<200] {
            #expect(model.column.slice(range).values == Array(model.values[range]))
        }
        #expect(model.column.slice(10..<190).slice(5..<100).values == Array(model.values[15..<110]))
    }

    @Test("columns after one another have all rows, however their texts are stored", arguments: ColumnModel.types)
    func concatenated(_ type: DataType) {
        var generator = Self.generator()
        let parts = [(70, true), (0, false), (33, false), (1, true), (200, true)].map { count, usesDictionaries in
            ColumnModel(type, count: count, usesDictionaries: usesDictionaries, using: &generator)
        }
        #expect(Column.concatenated(parts.map(\.column)).values == parts.flatMap(\.values))
        let encoded = [parts[0], parts[4], parts[4], parts[0]]
        #expect(Column.concatenated(encoded.map(\.column)).values == encoded.flatMap(\.values))
    }

    @Test("rows are picked of several columns in any order, however their texts are stored", arguments: ColumnModel.types)
    func picked(_ type: DataType) {
        var generator = Self.generator()
        let parts = [(70, true), (0, false), (33, false), (1, true), (200, false)].map { count, usesDictionaries in
            ColumnModel(type, count: count, usesDictionaries: usesDictionaries, using: &generator)
        }
        for models in [parts, [parts[0], parts[0]], [parts[2]]] {
            for count in [0, 1, 64, 300] {
                var picks = RowPicks(pieceCount: models.count)
                var expected: [Value] = []
                while expected.count < count {
                    let piece = Int.random(in: 0..<models.count, using: &generator)
                    guard let row = models[piece].values.indices.randomElement(using: &generator) else { continue }
                    picks.append(row: Int32(row), of: piece)
                    expected.append(models[piece].values[row])
                }
                #expect(Column.picked(models.map(\.column), picks).values == expected)
            }
        }
    }

    @Test("filtering keeps the selected rows, from few to nearly all", arguments: cases)
    func filter(_ type: DataType, _ usesDictionaries: Bool) {
        var generator = Self.generator()
        let model = ColumnModel(type, count: 1000, usesDictionaries: usesDictionaries, using: &generator)
        let batch = Batch(Schema(unchecked: [Field("c", type)]), [model.column], rowCount: 1000)
        for share in [0, 1, 20, 500, 980, 999, 1000] {
            let bits = (0..<1000).map { _ in Int.random(in: 0..<1000, using: &generator) < share }
            #expect(batch.filter(Bitmap(bits)).columns[0].values == zip(model.values, bits).filter(\.1).map(\.0))
        }
        let runs = (0..<1000).map { $0 / 100 % 2 == 1 || $0 < 64 }
        #expect(batch.filter(Bitmap(runs)).columns[0].values == zip(model.values, runs).filter(\.1).map(\.0))
    }

    @Test("a dictionary stays one through gather and concatenation while it is worth it")
    func staysEncoded() {
        let values = ByteRows(texts: ["a", "b"])
        let column = Column(
            .string, .dictionary(codes: [0, 1, 0, 1, 1, 0], values: values), validity: Bitmap([true, true, true, false, true, true]))
        #expect(!column.gather([5, 3]).isFlat)
        #expect(!Column.concatenated([column, column]).isFlat)
        let other = Column(.string, .dictionary(codes: [0, 0, 0, 0, 0, 0], values: ByteRows(texts: ["c"])))
        let joined = Column.concatenated([column, other, column])
        #expect(!joined.isFlat)
        #expect(joined.values == column.values + other.values + column.values)
        let large = Column(.string, .dictionary(codes: Array(0..<100), values: ByteRows(texts: (0..<100).map { "\($0)" })))
        #expect(large.gather([7, 3]).isFlat)
        #expect(large.gather([7, 3]).values == [.string("7"), .string("3")])
    }

    @Test("bitmaps slice, gather and list their positions like arrays", arguments: [0, 1, 63, 64, 65, 129, 1000])
    func bitmaps(_ count: Int) {
        var generator = Self.generator()
        for density in [0, 1, 5, 9, 10] {
            let bits = (0..<count).map { _ in Int.random(in: 0..<10, using: &generator) < density }
            let bitmap = Bitmap(bits)
            #expect(bitmap.setPositions.map(Int.init) == bits.indices.filter { bits[$0] })
            #expect(bitmap.allSet == bits.allSatisfy { $0 })
            for _ in 0..<20 {
                let lower = Int.random(in: 0...count, using: &generator)
                let range = lower..<Int.random(in: lower...count, using: &generator)
                let slice = bitmap.slice(range)
                #expect(slice == Bitmap(bits[range]))
                var joined = slice
                joined.append(contentsOf: bitmap)
                #expect(joined == Bitmap(bits[range] + bits))
            }
            guard count > 0 else { continue }
            let positions = (0..<100).map { _ in Int32.random(in: 0..<Int32(count), using: &generator) }
            #expect(bitmap.gather(positions) == Bitmap(positions.map { bits[Int($0)] }))
        }
    }

    @Test("byte rows of every length are gathered whole")
    func byteRows() {
        var generator = Self.generator()
        let rows = (0..<300).map { _ in
            [UInt8]((0..<Int.random(in: 0...40, using: &generator)).map { _ in .random(in: 0...255, using: &generator) })
        }
        let column = ByteRows(rows)
        let positions = (0..<1000).map { _ in Int32.random(in: 0..<300, using: &generator) }
        let taken = column.gather(positions)
        #expect((0..<1000).map { Array(taken[$0]) } == positions.map { rows[Int($0)] })
        #expect(column.gather([299, 299]) == ByteRows([rows[299], rows[299]]))
        #expect(column.gather([]).isEmpty)
    }

    private static func generator() -> SeededGenerator {
        let seed = UInt64.random(in: 0...(.max))
        print("seed \(seed)")
        return SeededGenerator(seed: seed)
    }
}
