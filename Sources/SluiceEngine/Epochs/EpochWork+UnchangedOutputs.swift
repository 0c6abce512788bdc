import SluicePipelines

/// Sinks that merge rows into those that they have: an epoch that brings them none leaves them as they are, and writes nothing anew.
extension EpochWork {
    /// Takes back what was staged of outputs whose rows are all of their own.
    ///
    /// - Parameter before: Rows out of all steps before the epoch.
    /// - Returns: These outputs, by their index.
    func takeBackUnchanged(_ staged: inout [StagedFile], before: [Int64]) async -> Set<Int> {
        let after = progress.snapshot.steps.map(\.rowsOut)
        let unchanged = plan.merges.filter { merge in
            after[merge.step] == (merge.step < before.count ? before[merge.step] : 0)
                && staged.contains { $0.output == merge.output && $0.rowCount > 0 }
        }
        for merge in unchanged {
            let own = staged.filter { $0.output == merge.output }
            staged.removeAll { $0.output == merge.output }
            await plan.outputs[merge.output].sink.discard(run: outputName)
            let rows = own.reduce(0) { $0 + $1.rowCount }
            progress.update { snapshot in
                snapshot.rowsWritten -= rows
                snapshot.bytesWritten -= own.reduce(0) { $0 + $1.byteCount }
                snapshot.outputs[merge.output].rowsOut -= rows
            }
        }
        return Set(unchanged.map(\.output))
    }
}

extension LogicalPlan {
    /// Outputs that merge, each with the step that the run's own rows come out of, before those of the sink: its place among all steps.
    fileprivate var merges: [(output: Int, step: Int)] {
        let all = allSteps
        return outputs.indices.compactMap { index in
            guard outputs[index].sink.merge != nil else { return nil }
            let first = outputs[index].steps.isEmpty ? 0 : firstStep(ofOutput: index)
            let union = all[first...].firstIndex { if case .union(let union) = $0.operation { union.other.isOfSink } else { false } }
            return union.flatMap { $0 > first ? (index, $0 - 1) : nil }
        }
    }
}
