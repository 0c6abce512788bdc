package import SluiceCore

extension TableEvidence {
    /// Takes in rows whose columns have types: of each value its text. A text stays one, whatever it looks like.
    mutating func take(rows batch: Batch, _ classifier: inout ValueClassifier, _ path: String) {
        rows += Int64(batch.rowCount)
        for (field, column) in zip(batch.schema.fields, batch.columns) {
            guard let place = place(of: field.name) else { continue }
            let texts = ColumnText.render(column)
            let isText = RowEvidence.isText(field.type)
            for row in 0..<batch.rowCount {
                if column.isNull(row) {
                    update(place) { $0.nulls += 1 }
                    continue
                }
                let line = batch.origin?.position(row) ?? 0
                texts.withRow(row) { text in
                    update(place) {
                        if isText { $0.take(text, .text, &classifier, path, line) } else { $0.take(text, &classifier, path, line) }
                    }
                }
            }
        }
    }
}

/// Evidence of rows that a system gives with their types.
package struct RowEvidence: Sendable {
    package private(set) var evidence = TableEvidence()
    private var classifier = ValueClassifier(TextRules())
    private let path: String

    /// - Parameter path: Names the rows' place.
    package init(_ path: String) { self.path = path }

    package mutating func take(_ batch: Batch, _ rejects: [Reject]) {
        evidence.take(rows: batch, &classifier, path)
        evidence.take(rejects)
    }

    /// For each column what its values were, and why it has its type.
    package func json(_ columns: [(name: String, type: DataType, reason: String)]) -> Value {
        .list(
            columns.map { column in
                let seen = evidence[column.name] ?? ColumnEvidence(column.name)
                let decided = TableDecision.Column(
                    evidence: seen, decision: TypeDecision(column.type, column.reason), nulls: evidence.nulls(of: seen))
                return decided.json(rows: evidence.rows)
            })
    }

    static func isText(_ type: DataType) -> Bool {
        switch type {
        case .string, .binary, .list, .structure, .map: true
        default: false
        }
    }
}
