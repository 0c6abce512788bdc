import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Checks rules, counts the rows that do not keep them, and hands on the others.
struct AssertOperator: StepOperator {
    let operation: AssertOperation
    let step: String
    let progress: RunProgress

    func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        var errors = RowErrors()
        var failed: [(rule: Int, rows: Bitmap)] = []
        for (index, rule) in operation.rules.enumerated() {
            let result = rule.condition.evaluate(batch)
            errors.merge(result.errors)
            let selection = result.selection
            if !selection.allSet { failed.append((index, ~selection)) }
        }
        if failed.isEmpty, errors.isEmpty { return [batch] }
        // A row whose conditions cannot be computed breaks no rule.
        for (index, rows) in failed {
            let count = rows.setCount - errors.byRow.keys.count { rows[$0] }
            progress.update { $0.rules[ofStep: step, at: index]?.failed += Int64(count) }
        }
        for (index, rows) in failed.sorted(by: { severity($0.rule) < severity($1.rule) }) {
            add(operation.rules[index], rows, to: &errors)
        }
        let (kept, rejected) = batch.separating(errors)
        rejects.append(contentsOf: rejected)
        return kept.rowCount == 0 ? [] : [kept]
    }

    /// The error of a row that breaks several rules is that of the strictest, 0.
    private func severity(_ rule: Int) -> Int {
        switch operation.rules[rule].failure {
        case .reject(.fail): 0
        case .reject(nil): 1
        case .reject(.keep): 2
        case .reject(.drop): 3
        case .warn: 4
        }
    }

    private func add(_ rule: AssertOperation.Rule, _ rows: Bitmap, to errors: inout RowErrors) {
        guard case .reject(let handling) = rule.failure else { return }
        var error = RowError(.assertionFailed, "rule \(rule.name.quotedForMessage) does not hold: \(rule.text)")
        error.handling = handling
        rows.forEachSet { errors.add(error, row: $0) }
    }
}

extension SluiceError.Code {
    static let assertionFailed = Self("assertion-failed")
}
