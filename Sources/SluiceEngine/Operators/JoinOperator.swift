package import SluiceCore
import SluicePipelines

/// The table of a join, in memory, with its rows by key.
package struct JoinTable: Sendable {
    let rows: Batch
    private var keys = KeyTable()
    /// First row of a key, by key number, and for each row the next one of the same key; -1 ends.
    private var first: [Int32] = []
    private var next: [Int32] = []

    package init(rows: Batch, keyColumns: [Int]) {
        self.rows = rows
        let numbers = keys.numbers(of: KeyEncoder(columns: keyColumns).encode(rows))
        first = [Int32](repeating: -1, count: keys.count)
        next = [Int32](repeating: -1, count: rows.rowCount)
        // From the back, so that each chain runs in the table's order.
        for row in numbers.indices.reversed() where !keyColumns.contains(where: { rows.columns[$0].isNull(row) }) {
            next[row] = first[Int(numbers[row])]
            first[Int(numbers[row])] = Int32(row)
        }
    }

    /// For each input row in turn the pairs (input row, table row) that match.
    func matches(_ batch: Batch, keyColumns: [Int]) -> (input: [Int32], table: [Int32]) {
        let numbers = keys.find(KeyEncoder(columns: keyColumns).encode(batch))
        var result: (input: [Int32], table: [Int32]) = ([], [])
        for (row, number) in numbers.enumerated() where number >= 0 {
            var match = first[Int(number)]
            while match >= 0 {
                result.input.append(Int32(row))
                result.table.append(match)
                match = next[Int(match)]
            }
        }
        return result
    }
}

/// Joins each batch with a table in memory; the input's order is kept.
package struct JoinOperator: StepOperator {
    let kind: JoinKind
    let table: JoinTable
    let inputKeys: [Int]
    let tableColumns: [Int]
    let outputSchema: Schema

    package func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        var pairs = table.matches(batch, keyColumns: inputKeys)
        switch kind {
        case .inner: break
        case .left: pairs = withUnmatched(pairs, rowCount: batch.rowCount)
        case .semi, .anti:
            var matched = Bitmap(repeating: false, count: batch.rowCount)
            for row in pairs.input { matched[Int(row)] = true }
            let kept = batch.filter(kind == .semi ? matched : ~matched)
            return kept.rowCount == 0 ? [] : [kept]
        }
        return stride(from: 0, to: pairs.input.count, by: EngineLimits.outputRows).map { start in
            let range = start..<min(start + EngineLimits.outputRows, pairs.input.count)
            let input = batch.gather(Array(pairs.input[range]))
            let tableRows = Array(pairs.table[range])
            let added = tableColumns.map { table.rows.columns[$0].gatherOrNull(tableRows) }
            return input.with(outputSchema, input.columns + added)
        }
    }

    /// The pairs, and a pair with -1 in its place for each input row without a match.
    private func withUnmatched(_ pairs: (input: [Int32], table: [Int32]), rowCount: Int) -> (input: [Int32], table: [Int32]) {
        var result: (input: [Int32], table: [Int32]) = ([], [])
        var pair = 0
        for row in 0..<Int32(rowCount) {
            if pair == pairs.input.count || pairs.input[pair] != row {
                result.input.append(row)
                result.table.append(-1)
            }
            while pair < pairs.input.count, pairs.input[pair] == row {
                result.input.append(row)
                result.table.append(pairs.table[pair])
                pair += 1
            }
        }
        return result
    }
}
