import CArrow
import SluiceArrow
import SluiceCore
import SluiceTestKit
import Testing

/// What goes out through the two structures comes back in as it was.
struct RoundTripTests {
    static let cases = ColumnModel.types.flatMap { type in [(type, false), (type, true)] }

    @Test("every type comes back, and both structures are released", arguments: cases)
    func columns(_ type: DataType, _ usesDictionaries: Bool) throws {
        var generator = Self.generator()
        for count in [0, 1, 200] {
            let model = ColumnModel(type, count: count, usesDictionaries: usesDictionaries, using: &generator)
            let structures = Structures(model.column, name: "a name")
            let (field, column) = try Column.importArrow(schema: structures.schema, array: structures.array)
            #expect(column.values == model.values)
            #expect(field == Field("a name", type))
            #expect(structures.schema.pointee.release == nil && structures.array.pointee.release == nil)
        }
    }

    @Test("an array may start anywhere in its buffers, and not say how many nulls it has", arguments: cases)
    func offsets(_ type: DataType, _ usesDictionaries: Bool) throws {
        var generator = Self.generator()
        let model = ColumnModel(type, count: 200, usesDictionaries: usesDictionaries, using: &generator)
        for range in [3..<180, 64..<64, 199..<200, 8..<72] {
            let structures = Structures(model.column)
            structures.array.pointee.offset = Int64(range.lowerBound)
            structures.array.pointee.length = Int64(range.count)
            if structures.array.pointee.null_count > 0 { structures.array.pointee.null_count = -1 }
            #expect(try structures.imported().values == Array(model.values[range]))
        }
    }

    @Test("slices and what was gathered go out as what they are", arguments: cases)
    func slices(_ type: DataType, _ usesDictionaries: Bool) throws {
        var generator = Self.generator()
        let model = ColumnModel(type, count: 200, usesDictionaries: usesDictionaries, using: &generator)
        #expect(try Structures(model.column.slice(7..<150)).imported().values == Array(model.values[7..<150]))
        #expect(try Structures(model.column.gather([5, 5, 199])).imported().values == [5, 5, 199].map { model.values[$0] })
    }

    @Test("the exported memory outlives the column, and is not changed with it")
    func lifetime() throws {
        var column: Column? = .integers(Array(0..<1000))
        let structures = Structures(try #require(column))
        if case .int64(var values)? = column?.storage {
            values[0] = 99
            column = .integers(values)
        }
        column = nil
        #expect(try structures.imported().values == (0..<1000).map { .integer($0) })
    }

    @Test("a reader may move a child away before it releases the rest")
    func movedChild() throws {
        let structures = Structures(try ColumnBuilder.column(.list(.int64), [.list([.integer(1), .integer(2)]), .null]))
        let (schema, array) = (structures.schema.pointee, structures.array.pointee)
        let child = Structures()
        child.schema.pointee = try #require(schema.children[0]).pointee
        schema.children[0]?.pointee.release = nil
        child.array.pointee = try #require(array.children[0]).pointee
        array.children[0]?.pointee.release = nil
        structures.schema.pointee.release?(structures.schema)
        structures.array.pointee.release?(structures.array)
        #expect(try child.imported().values == [.integer(1), .integer(2)])
    }

    @Test("batches keep names, nullability and rows")
    func batches() throws {
        var generator = Self.generator()
        let fields = ColumnModel.types.enumerated().map { Field("c\($0)", $1, isNullable: true) } + [Field("id", .int64, isNullable: false)]
        let models = ColumnModel.types.map { ColumnModel($0, count: 50, usesDictionaries: true, using: &generator) }
        let batch = Batch(try Schema(fields), models.map(\.column) + [.integers(Array(0..<50))], rowCount: 50)
        let structures = Structures()
        batch.exportArrow(schema: structures.schema, array: structures.array)
        let back = try Batch.importArrow(schema: structures.schema, array: structures.array)
        #expect(back.schema == batch.schema)
        #expect((0..<50).allSatisfy { back.row($0) == batch.row($0) })
    }

    @Test("a batch without columns has its rows")
    func withoutColumns() throws {
        let structures = Structures()
        Batch(.empty, [], rowCount: 7).exportArrow(schema: structures.schema, array: structures.array)
        #expect(try Batch.importArrow(schema: structures.schema, array: structures.array).rowCount == 7)
    }

    static func generator() -> SeededGenerator {
        let seed = UInt64.random(in: 0...(.max))
        print("seed \(seed)")
        return SeededGenerator(seed: seed)
    }
}
