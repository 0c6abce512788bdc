import SluiceCore
import SluicePipelines
import SluiceQuality

/// What a step asks of the tasks of a run.
struct StepWork {
    var sharing = PhysicalPlan.Sharing.parallel
    var exchange: PhysicalPlan.Exchange?
    /// What it holds beyond a batch; nil: nothing.
    var holds: String?

    /// - Parameters:
    ///   - input: Of the rows that reach the step.
    ///   - next: The operation behind it.
    init(_ step: PlannedStep, from input: Schema, next: LogicalOperation?) {
        func names(_ columns: [Int]) -> [String] { columns.map { input.names[$0] } }
        let output = step.outputSchema.names
        switch step.operation {
        case .filter, .project, .mask, .assert, .closure, .sample(.share): break
        case .sample(.every): self = Self(.ordered, holds: "how many rows came")
        case .limit: self = Self(.ordered, holds: "how many rows came")
        case .exec: self = Self(.ordered)
        case .history: self = Self(.ordered, holds: "the versions of one key")
        case .union: exchange = .union
        case .sort(let keys):
            var rows = "all rows"
            if case .limit(let count)? = next { rows = "the first \(count) rows" }
            let columns = keys.map { input.names[$0.column] + ($0.isDescending ? " descending" : "") }
            self = Self(.gathering, .merge(columns), holds: rows)
        case .deduplicate(let keys, let keep, _):
            let columns = keys.isEmpty ? Array(input.fields.indices) : keys
            self = Self(.gathering, .hash(names(columns)), holds: "the \(keep.rawValue) row of each key")
        case .deduplicateWithin(let recent):
            let span = TimeSpan(micros: recent.within + recent.delay)
            let keys = names(recent.keys).joined(separator: ", ")
            self = Self(.ordered, holds: "the keys (\(keys)) of rows of the last \(span)")
        case .aggregate(let aggregate):
            let groups = Array(output.prefix(aggregate.groups.count))
            self = Self(.gathering, groups.isEmpty ? .single : .hash(groups), holds: "the running values of each group")
        case .join(let join): self = Self(join, input)
        case .window(let window):
            let groups = Array(output.dropFirst(window.markCount).prefix(window.groups.groups.count))
            if case .count(let size) = window.kind {
                let key = groups.isEmpty ? "" : " (\(groups.joined(separator: ", ")))"
                self = Self(.ordered, holds: "of each group\(key) the rows of a window that has not \(size) yet")
            } else {
                self = Self(
                    .gathering, .hash(Array(output.prefix(1)) + groups), holds: "the running values of each group in each open window")
            }
        case .quality(let quality): self = Self(quality, step)
        case .relationalize(let operation):
            if operation.numbersRows { self = Self(.ordered, holds: "the last number of each table") }
        }
    }

    private init(_ sharing: PhysicalPlan.Sharing, _ exchange: PhysicalPlan.Exchange? = nil, holds: String? = nil) {
        self.sharing = sharing
        self.exchange = exchange
        self.holds = holds
    }

    private init(_ join: JoinOperation, _ input: Schema) {
        let keys = join.inputKeys.map { input.names[$0] }
        guard join.interval == nil else {
            self.init(.parallel, .hash(keys), holds: "rows of both sides whose match may still come")
            return
        }
        self.init(.parallel, .table(keys), holds: "the table")
    }

    private init(_ quality: QualityOperation, _ step: PlannedStep) {
        let rules = try? quality.bound(to: step.outputSchema, nowMicros: 0)
        let isSerial = quality.failingRows != .keep && rules?.keyRules.isEmpty == false
        let holds = quality.window == nil ? "what the rules measure" : "what the rules measure in each open window"
        self.init(isSerial ? .ordered : .parallel, .single, holds: holds)
    }
}
