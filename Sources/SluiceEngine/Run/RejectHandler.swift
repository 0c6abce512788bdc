package import SluiceCore
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
    private let limits: ErrorLimits?
    private let file: DeadLetterFile
    private let progress: RunProgress
    private let history: LetterHistory?
    private let rules: ReplayRules?
    private let headers: LetterHeaders?
    private let excerpt = Mutex<[DeadLetter]>([])

    /// - Parameters:
    ///   - rules: Which letters may be replayed; nil where none can be.
    ///   - headers: Of the files that the records come from.
    ///   - history: How the records failed before, where they are replayed.
    init(
        policy: ErrorPolicy, limits: ErrorLimits? = nil, file: DeadLetterFile, progress: RunProgress, rules: ReplayRules? = nil,
        headers: LetterHeaders? = nil, history: LetterHistory? = nil
    ) {
        self.headers = headers
        self.rules = rules
        self.history = history
        self.policy = policy
        self.limits = limits
        self.file = file
        self.progress = progress
    }

    /// The first dead letters, for the run's summary.
    var shown: [DeadLetter] { excerpt.withLock { $0 } }

    func forget(behind ordinal: Int64) { preconditionFailure("rejects that may be forgotten are collected first") }

    /// - Throws: the first reject that is to end the run, as an error.
    func take(_ rejects: [Reject], step: String) throws {
        if rejects.isEmpty { return }
        if let first = rejects.first(where: { $0.policy(policy) == .fail }) {
            let failed = rejects.filter { $0.policy(policy) == .fail }.map { DeadLetter($0, step: step) }
            var error = first.runError(step: step)
            let kept: String?
            do {
                kept = try file.stop(with: failed).map { "such records are in \($0)" }
            } catch {
                kept = "they could not be kept aside: \(error.message)"
            }
            error.remedy = [error.remedy, kept].compactMap(\.self).joined(separator: "; ")
            throw error
        }
        let bad = rejects.count { $0.isBad }
        let leftOut = rejects.count { $0.isLeftOut }
        let allBad = progress.withSnapshot { snapshot in
            snapshot.rejected += Int64(rejects.count - leftOut)
            snapshot.leftOut += Int64(leftOut)
            snapshot.bad += Int64(bad)
            if step == Self.sourceStep { snapshot.unreadable += Int64(rejects.count) }
            return snapshot.bad
        }
        let letters = rejects.map { reject in
            var letter = DeadLetter(reject, step: step)
            letter.fate = rules?.fate(ofStep: step)
            if letter.fate == .row {
                letter.row = reject.row.flatMap { RowText.text(of: $0.alone) }
                if letter.row == nil { letter.fate = .keep(.severalRows) }
            }
            history?.complete(&letter)
            return letter
        }
        excerpt.withLock { shown in
            let room = max(0, EngineLimits.shownDeadLetters - shown.count)
            shown.append(contentsOf: zip(rejects, letters).lazy.filter { !$0.0.isLeftOut }.prefix(room).map(\.1))
        }
        if let most = limits?.maxRecords, bad > 0, allBad > most {
            throw tooMany("more than \(most) \(most == 1 ? "record" : "records") could not be processed", "max_records")
        }
        let kept = rejects.indices.filter { rejects[$0].policy(policy) == .deadLetter }
        if !kept.isEmpty { try file.append(kept.map { headers?.completed(letters[$0]) ?? letters[$0] }) }
    }

    /// Looks at the share of bad records among those that the run has read so far.
    ///
    /// - Parameter isWhole: Whether these are all that it will read.
    /// - Throws: `tooManyBadRecords`.
    func checkShare(isWhole: Bool) throws(SluiceError) {
        guard let limits, let most = limits.maxShare else { return }
        let counts = progress.snapshot
        let read = counts.rowsRead + counts.unreadable
        guard counts.bad > 0, isWhole || read >= Int64(limits.minRecords) else { return }
        let share = Double(counts.bad) / Double(max(1, read))
        guard share > most else { return }
        throw tooMany(
            "\(counts.bad) of \(read) records could not be processed, \(ErrorLimits.percent(share)) and so more than "
                + ErrorLimits.percent(most), "max_share")
    }

    private func tooMany(_ fact: String, _ limit: String) -> SluiceError {
        let first = shown.first { $0.code != SluiceError.Code.lateRow.name }
        let example = first.map { letter in
            "; for example, in step \"\(letter.step)\": " + (letter.column.map { "column \"\($0)\": " } ?? "") + letter.message
        }
        return SluiceError(
            .tooManyBadRecords, fact + (example ?? ""), at: first?.location,
            remedy: "correct the records or the steps; or raise `\(limit)` under `on_error`")
    }

    /// The step that is named where a source cannot read a record.
    static let sourceStep = "source"
}

extension SluiceError.Code {
    /// The limits of `on_error` are exceeded.
    package static let tooManyBadRecords = Self("too-many-bad-records")
}

extension Reject {
    /// Whether the record counts against the limits of `on_error`.
    fileprivate var isBad: Bool { error.code != .lateRow && !isLeftOut }

    /// Whether a step or a contract is told to leave out such rows.
    fileprivate var isLeftOut: Bool { error.handling == .drop }

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
        // What a step lets fail, no policy keeps aside.
        if error.handling == .fail { return error.remedy ?? "correct the record, or change what step \"\(step)\" does with such rows" }
        let aside = "set `on_error: dead_letter` to keep such records aside and go on"
        if let remedy = error.remedy { return remedy + "; or " + aside }
        guard step == "source", error.code == .valueDoesNotFit, let column = error.column else { return "correct the record, or " + aside }
        return "declare a type that holds such values under `columns: {\(Self.declaration(of: column))}` "
            + "(of files, `infer_from: all` looks at all records); or " + aside
    }

    /// How a column is declared; the member of a struct, with its struct's other members, in the column's type: `a: struct<b: …, …>`.
    private static func declaration(of column: String) -> String {
        let names = column.split(separator: ".", omittingEmptySubsequences: false)
        guard names.count > 1 else { return "\(column): …" }
        let type = names[1...].reversed().reduce("…") { type, member in "struct<\(member): \(type), …>" }
        return "\(names[0]): \(type)"
    }

    /// The reject as the error that ends a run.
    func runError(step: String) -> SluiceError {
        let column = error.column.map { "column \"\($0)\": " } ?? ""
        return SluiceError(
            error.code, "\(column)\(error.message) (step \"\(step)\")", at: location,
            remedy: remedy(step: step))
    }
}
