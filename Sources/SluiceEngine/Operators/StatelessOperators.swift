package import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Keeps the rows for which the predicate is true.
package struct FilterOperator: StepOperator {
    let predicate: BoundExpression

    package func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        let result = predicate.evaluate(batch)
        rejects.append(contentsOf: batch.separating(result.errors).rejects)
        let kept = batch.filter(result.selection)
        return kept.rowCount == 0 ? [] : [kept]
    }
}

/// Computes the output columns from the input's.
package struct ProjectOperator: StepOperator {
    let projections: [Projection]
    let outputSchema: Schema

    package func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        var errors = RowErrors()
        let columns = zip(projections, outputSchema.fields).map { projection, field in
            switch projection {
            case .input(let index): return batch.columns[index]
            case .expression(let expression):
                let result = expression.evaluate(batch)
                for (row, error) in result.errors.byRow { errors.add(error.naming(field.name), row: row) }
                return result.column
            }
        }
        let computed = batch.with(outputSchema, columns)
        if errors.isEmpty { return [computed] }
        rejects.append(contentsOf: batch.separating(errors).rejects)
        let kept = computed.separating(errors).kept
        return kept.rowCount == 0 ? [] : [kept]
    }
}

extension RowError {
    /// The error with the column it belongs to, if it named none.
    fileprivate func naming(_ column: String) -> RowError {
        guard self.column == nil else { return self }
        var copy = self
        copy.column = column
        return copy
    }
}

/// Runs a registered closure.
package struct ClosureOperator: StepOperator {
    let closure: BatchClosure

    package func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        let output = try closure.run(batch)
        if !output.errors.isEmpty { rejects.append(contentsOf: batch.separating(output.errors).rejects) }
        return output.batch.rowCount == 0 ? [] : [output.batch]
    }
}

/// Brings rows to a union's schema by name; a column that is not there is null.
package struct AlignOperator: StepOperator {
    /// From the output's columns to the input's.
    let sources: [Int?]
    let outputSchema: Schema

    package func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] { [aligned(batch)] }

    func aligned(_ batch: Batch) -> Batch {
        let columns = zip(sources, outputSchema.fields).map { source, field in
            source.map { batch.columns[$0] } ?? .nulls(field.type, count: batch.rowCount)
        }
        return batch.with(outputSchema, columns)
    }
}
