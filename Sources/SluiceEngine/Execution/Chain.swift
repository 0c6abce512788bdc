import SluiceCore

/// Operators in a row, with the counts and rejects of each reported under its step.
struct Chain: Sendable {
    struct Link: Sendable {
        var step: any StepOperator
        /// Index of the step in the progress.
        var index: Int
        var name: String
    }

    var links: [Link]
    let rejects: any RejectTaking
    let progress: RunProgress

    /// True once no further input can change the output.
    var isSatisfied: Bool { links.contains { $0.step.isSatisfied } }

    /// Sends one batch through all operators and returns what comes out; a batch without rows changes nothing.
    mutating func push(_ batch: Batch) throws -> [Batch] { batch.rowCount == 0 ? [] : try push([batch], from: 0) }

    /// Ends the input and returns what the operators had kept back.
    mutating func finish() throws -> [Batch] {
        var output: [Batch] = []
        for index in links.indices {
            var rejected: [Reject] = []
            let kept = try links[index].step.finish(rejects: &rejected)
            try report(index, rowsIn: 0, output: kept, rejected)
            output.append(contentsOf: try push(kept, from: index + 1))
        }
        return output
    }

    private mutating func push(_ batches: [Batch], from start: Int) throws -> [Batch] {
        var current = batches
        for index in links.indices.dropFirst(start) {
            var next: [Batch] = []
            for batch in current {
                var rejected: [Reject] = []
                let output = try links[index].step.push(batch, rejects: &rejected)
                try report(index, rowsIn: batch.rowCount, output: output, rejected)
                next.append(contentsOf: output)
            }
            current = next
            if current.isEmpty { break }
        }
        return current
    }

    private func report(_ index: Int, rowsIn: Int, output: [Batch], _ rejected: [Reject]) throws {
        let link = links[index]
        progress.update { snapshot in
            snapshot.steps[link.index].rowsIn += Int64(rowsIn)
            snapshot.steps[link.index].rowsOut += output.reduce(0) { $0 + Int64($1.rowCount) }
            snapshot.steps[link.index].rejected += Int64(rejected.count)
        }
        if !rejected.isEmpty { try rejects.take(rejected, step: link.name) }
    }
}

extension Chain {
    /// Gives the groups of one split to the aggregation that the chain starts with.
    func absorb(_ groups: GroupedState) throws {
        guard let aggregate = links.first?.step as? AggregateOperator else {
            preconditionFailure("groups arrived at a chain that does not start with an aggregation")
        }
        try aggregate.absorb(groups)
    }
}
