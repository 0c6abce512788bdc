import SluiceCore
import SluicePipelines
import Synchronization

/// Where rejected records go.
protocol RejectTaking: Sendable {
    /// - Throws: when a reject ends the run.
    func take(_ rejects: [Reject], step: String) throws
    /// Those taken before of records behind a row do not count: nobody asked for these records.
    func forget(behind ordinal: Int64)
}

/// Keeps rejects until they can be dealt with in source order.
final class CollectedRejects: RejectTaking {
    struct Group: Sendable {
        var step: String
        var rejects: [Reject]

        var byteCount: Int { rejects.reduce(0) { $0 + $1.raw.count + 200 } }

        /// Some of the rejects; nil where there are none.
        func filter(_ isWanted: (Reject) -> Bool) -> Group? {
            let rejects = rejects.filter(isWanted)
            return rejects.isEmpty ? nil : Group(step: step, rejects: rejects)
        }
    }

    private let groups: Mutex<[Group]>

    init(_ groups: [Group] = []) { self.groups = Mutex(groups) }

    func take(_ rejects: [Reject], step: String) { groups.withLock { $0.append(Group(step: step, rejects: rejects)) } }

    func forget(behind ordinal: Int64) { _ = drain(behind: ordinal) }

    /// What was collected of records up to a row; what of later ones, stays.
    func drain(upTo ordinal: Int64) -> [Group] {
        let later = drain(behind: ordinal)
        defer { groups.withLock { $0 = later } }
        return drain()
    }

    private func drain(behind ordinal: Int64) -> [Group] {
        groups.withLock { groups in
            let all = groups
            groups = all.compactMap { $0.filter { ($0.ordinal ?? 0) <= ordinal } }
            return all.compactMap { $0.filter { ($0.ordinal ?? 0) > ordinal } }
        }
    }

    /// What was collected since the last call.
    func drain() -> [Group] {
        groups.withLock { groups in
            defer { groups = [] }
            return groups
        }
    }
}

/// Does with rejected records what the definition's `on_error` says; shared by all tasks of a run. Where a step says what becomes of
/// its rows, as of late ones, that is done instead.
final class RejectHandler: RejectTaking {
    private let policy: ErrorPolicy
    private let file: DeadLetterFile
    private let progress: RunProgress
    private let excerpt = Mutex<[DeadLetter]>([])

    init(policy: ErrorPolicy, file: DeadLetterFile, progress: RunProgress) {
        self.policy = policy
        self.file = file
        self.progress = progress
    }

    /// The first dead letters, for the run's summary.
    var shown: [DeadLetter] { excerpt.withLock { $0 } }

    func forget(behind ordinal: Int64) { preconditionFailure("rejects that may be forgotten are collected first") }

    /// - Throws: the first reject that is to end the run, as an error.
    func take(_ rejects: [Reject], step: String) throws {
        if rejects.isEmpty { return }
        if let first = rejects.first(where: { $0.policy(policy) == .fail }) { throw first.runError(step: step) }
        progress.update { $0.rejected += Int64(rejects.count) }
        let letters = rejects.map { DeadLetter($0, step: step) }
        excerpt.withLock { shown in
            shown.append(contentsOf: letters.prefix(max(0, EngineLimits.shownDeadLetters - shown.count)))
        }
        let kept = rejects.indices.filter { rejects[$0].policy(policy) == .deadLetter }
        if !kept.isEmpty { try file.append(kept.count == letters.count ? letters : kept.map { letters[$0] }) }
    }
}

extension Reject {
    /// - Parameter general: The run's policy.
    fileprivate func policy(_ general: ErrorPolicy) -> ErrorPolicy {
        switch error.handling {
        case .fail: .fail
        case .keep: .deadLetter
        case .drop: .skip
        case nil: general
        }
    }

    private func remedy(step: String) -> String {
        let aside = "set `on_error: dead_letter` to keep such records aside and go on"
        if let remedy = error.remedy { return remedy + "; or " + aside }
        guard step == "source", error.code == .valueDoesNotFit, let column = error.column else { return "correct the record, or " + aside }
        return "if the type was inferred, from a sample, declare the right one under `columns: {\(column): …}`; or " + aside
    }

    /// The reject as the error that ends a run.
    func runError(step: String) -> SluiceError {
        let column = error.column.map { "column \"\($0)\": " } ?? ""
        return SluiceError(
            error.code, "\(column)\(error.message) (step \"\(step)\")", at: location,
            remedy: remedy(step: step))
    }
}
