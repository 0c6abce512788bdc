import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Takes nested rows apart: what is left of them goes on, the elements of their lists are put aside for the tables' outputs.
struct RelationalizeOperator: ProbingOperator {
    let operation: RelationalizeOperation
    /// Beside the operation's tables; nil for the first.
    let sides: [SideRows?]
    let numbers: RowNumbers

    init(_ operation: RelationalizeOperation, sides: [String: SideRows], numbers: RowNumbers? = nil) {
        self.operation = operation
        self.sides = operation.tables.map { sides[$0.output] }
        self.numbers = numbers ?? RowNumbers(operation)
    }

    /// Numbers follow the order of the rows.
    var isSerial: Bool { operation.numbersRows }
    func makePart() -> any ProbingPart { RelationalizePart(self) }
    func combine(_ parts: [any ProbingPart]) -> GatheredResult { GatheredResult(streams: []) }
}

/// What one task does of it.
private final class RelationalizePart: ProbingPart {
    private let step: RelationalizeOperator

    init(_ step: RelationalizeOperator) { self.step = step }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let rows = try rows(ofTable: 0, batch, parents: [], places: [], position)
        return [Batch(rows.schema, rows.columns, rowCount: batch.rowCount, origin: batch.origin, ordinals: batch.ordinals)]
    }

    /// The rows of a table; those of its lists are put aside.
    ///
    /// - Parameters:
    ///   - source: A row of the table each.
    ///   - parents: Numbers of the rows that they were in.
    ///   - places: Their places there.
    private func rows(
        ofTable index: Int, _ source: Batch, parents: [Int64], places: [Int64], _ position: BatchPosition
    ) throws -> Batch {
        let table = step.operation.tables[index]
        let first = table.isNumbered ? step.numbers.take(source.rowCount, of: index) : 0
        let columns = try table.columns.map { column -> Column in
            switch column {
            case .id: return .integers(parents)
            case .index: return .integers(places)
            case .value(let expression): return expression.evaluate(source).column
            case .list(let expression, let child):
                let list = expression.evaluate(source).column.flattened
                try putAside(list, child, source.origin, from: first, position)
                return .integers((0..<Int64(source.rowCount)).map { first + $0 }, validity: list.validity)
            }
        }
        return Batch(table.schema, columns, rowCount: source.rowCount, origin: source.origin)
    }

    /// - Parameter first: The number of the row with the first list.
    private func putAside(
        _ list: Column, _ table: Int, _ origin: Origin?, from first: Int64, _ position: BatchPosition
    ) throws {
        let (offsets, contents): ([Int32], [Column]) =
            switch list.storage {
            case .list(let offsets, let values): (offsets, [values])
            case .map(let offsets, let keys, let values): (offsets, [keys, values])
            default: ([Int32](repeating: 0, count: list.count + 1), [])
            }
        guard !contents.isEmpty else { return }
        var chunk = ElementChunk()
        for row in 0..<list.count where !list.isNull(row) {
            for element in offsets[row]..<offsets[row + 1] {
                chunk.add(element, ofRow: row, place: Int64(element - offsets[row]), parent: first + Int64(row))
                if chunk.elements.count == EngineLimits.outputRows { try putAside(&chunk, contents, table, origin, position) }
            }
        }
        if !chunk.elements.isEmpty { try putAside(&chunk, contents, table, origin, position) }
    }

    private func putAside(
        _ chunk: inout ElementChunk, _ contents: [Column], _ table: Int, _ origin: Origin?, _ position: BatchPosition
    ) throws {
        let source = Batch(
            step.operation.tables[table].source, contents.map { $0.gather(chunk.elements) }, rowCount: chunk.elements.count,
            origin: origin?.gather(chunk.rows))
        let rows = try rows(ofTable: table, source, parents: chunk.parents, places: chunk.places, position)
        try step.sides[table]?.take(rows, at: position)
        chunk = ElementChunk()
    }
}

/// Some elements of lists, which become rows together.
private struct ElementChunk {
    /// Positions among all elements.
    private(set) var elements: [Int32] = []
    /// Rows that their lists are in.
    private(set) var rows: [Int32] = []
    private(set) var places: [Int64] = []
    /// Numbers of these rows.
    private(set) var parents: [Int64] = []

    mutating func add(_ element: Int32, ofRow row: Int, place: Int64, parent: Int64) {
        elements.append(element)
        rows.append(Int32(truncatingIfNeeded: row))
        places.append(place)
        parents.append(parent)
    }
}
