import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceQuality

/// Measures rows as they pass, and judges them by rules when the last one has.
struct QualityOperator: ProbingOperator {
    let operation: QualityOperation
    let rules: BoundRuleSet
    /// What was measured of the datasets that rules compare with.
    let compared: [ComparedPart]
    let step: PlannedStep
    let progress: RunProgress
    /// Nil for a run over a whole input.
    let epoch: EpochContext?

    /// Reads the datasets that rules compare with.
    init(
        _ operation: QualityOperation, _ step: PlannedStep, progress: RunProgress, rejects: RejectHandler, epoch: EpochContext?
    ) async throws {
        self.operation = operation
        self.step = step
        self.progress = progress
        self.epoch = epoch
        rules = try operation.bound(to: step.outputSchema, nowMicros: epoch?.nowMicros ?? WallClock.system.nowMicros())
        var compared: [ComparedPart] = []
        for (name, source) in operation.references {
            guard let part = rules.makeComparedPart(name) else { continue }
            compared.append(try await Self.filled(part, from: try await source.renewed(in: epoch), step, rejects))
        }
        self.compared = compared
    }

    private static func filled(
        _ empty: ComparedPart, from source: PlannedSource, _ step: PlannedStep, _ rejects: RejectHandler
    ) async throws -> ComparedPart {
        var part = empty
        for split in try await source.source.splits() {
            let reader = try await source.source.open(split, SourceRequest(source.columns, keepsRaw: false))
            try await reader.forEachBatch { read in
                try Task.checkCancellation()
                try rejects.take(read.rejects, step: step.name)
                part.take(read.batch)
            }
        }
        return part
    }

    /// Rules whose failing rows do not go on.
    var judged: [Int] { operation.failingRows == .keep ? [] : (rules.rowRules + rules.keyRules).sorted() }

    /// Of the rows of one key the first keeps rules about keys.
    var isSerial: Bool { operation.failingRows != .keep && !rules.keyRules.isEmpty }

    func makePart() -> any ProbingPart { Part(self) }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        var whole = rules.makePart(comparingWith: compared)
        for part in parts.compactMap({ $0 as? Part }) { whole.merge(part.measured) }
        // Nothing came, so there is nothing to judge; a whole run without rows is another matter.
        if epoch != nil, whole.rowCount == 0 { return GatheredResult(streams: []) }
        let verdict = try rules.verdict(whole, history: operation.history)
        try conclude([QualityResult(verdict, subject: operation.subject, ruleSet: operation.name)])
        return GatheredResult(streams: [])
    }

    /// Records results, and ends the run where one of them is to do so.
    func conclude(_ results: [QualityResult]) throws {
        progress.update { snapshot in
            for result in results {
                snapshot.quality.append(result)
                for notice in notices(result)
                where snapshot.notices.count < RunProgress.mostNotices && !snapshot.notices.contains(notice) {
                    snapshot.notices.append(notice)
                }
            }
        }
        guard operation.onFail == .fail, let failed = results.first(where: { !$0.isPassed }) else { return }
        throw failed.failure(step: step.name, at: step.location)
    }

    /// The rows that go on; those that do not keep a rule are rejected.
    ///
    /// - Parameter failed: These, by the rule's number.
    func separated(_ batch: Batch, _ failed: [(rule: Int, failed: Bitmap)], _ rejects: inout [Reject]) -> [Batch] {
        if failed.isEmpty { return [batch] }
        var errors = RowErrors()
        for (rule, rows) in failed {
            var error = RowError(.assertionFailed, "the row does not keep the rule \(rules.ruleSet.rules[rule].text)")
            error.handling = operation.failingRows.handling
            rows.forEachSet { errors.add(error, row: $0) }
        }
        let (kept, rejected) = batch.separating(errors)
        rejects.append(contentsOf: rejected)
        return kept.rowCount == 0 ? [] : [kept]
    }

    private func notices(_ result: QualityResult) -> [String] {
        var notices: [String] = []
        if !result.isPassed, operation.onFail == .warn { notices.append("step \"\(step.name)\": \(result.failureText)") }
        if result.failures > 0 {
            notices.append("step \"\(step.name)\": a condition of its rules could not be computed for \(result.failures) rows")
        }
        return notices
    }

    /// What one worker measured.
    private final class Part: ProbingPart, @unchecked Sendable {
        private let step: QualityOperator
        private let judged: [Int]
        fileprivate var measured: QualityPart

        init(_ step: QualityOperator) {
            self.step = step
            judged = step.judged
            measured = step.rules.makePart(comparingWith: step.compared)
        }

        func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
            step.separated(batch, measured.take(batch, judging: judged), &rejects)
        }
    }
}
