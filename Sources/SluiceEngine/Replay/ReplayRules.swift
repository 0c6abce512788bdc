import SluiceCore
import SluicePipelines

/// What becomes of the dead letters of a plan when they are replayed, by the step in which they failed.
struct ReplayRules: Sendable {
    /// Where rows can begin.
    struct Entry: Sendable {
        /// Of the step, among all of the plan's.
        var index: Int
        /// Of the rows that reach the step.
        var schema: Schema
    }

    private var fates: [String: ReplayFate] = [:]
    private var entries: [String: Entry] = [:]
    private let routes: Set<String>

    init(_ plan: LogicalPlan) {
        routes = Set(plan.outputs.compactMap(\.name))
        fates[RejectHandler.sourceStep] = .replay(route: nil)
        let trunk = add(plan.steps, Entry(index: 0, schema: plan.source.schema), behind: nil, into: nil)
        if plan.hasRoutes { fates[Fork.name] = trunk.map(ReplayFate.keep) ?? .replay(route: nil) }
        for (index, output) in plan.outputs.enumerated() {
            let isAlone = plan.routeMatch == .first || output.isSide
            let behind = output.isSide ? Self.obstacle(plan, sideOutput: output.label) : trunk
            let first = Entry(index: plan.firstStep(ofOutput: index), schema: output.inputSchema)
            _ = add(output.steps, first, behind: behind, into: isAlone ? nil : output.name)
        }
    }

    /// - Parameters:
    ///   - first: Where the first step is.
    ///   - behind: Why records that fail in the first step cannot go through the plan again; nil where they can.
    /// - Returns: The same behind the last step.
    private mutating func add(
        _ steps: [PlannedStep], _ first: Entry, behind: ReplayFate.Reason?, into route: String?
    ) -> ReplayFate.Reason? {
        var obstacle = behind
        var entry = first
        // Rows that would begin behind such a step would come out of its order.
        var isOrdered = false
        for step in steps {
            let isEntry = !isOrdered && !step.isOfSink && !step.operation.readsTable
            if isEntry { entries[step.name] = entry }
            if step.operation.readsTable {
                fates[step.name] = .keep(.otherSource)
            } else if let obstacle {
                fates[step.name] = isEntry ? .row : .keep(obstacle)
            } else {
                fates[step.name] = .replay(route: route)
            }
            obstacle = obstacle ?? step.operation.obstacle
            isOrdered = step.operation.isOrdered ?? isOrdered
            entry = Entry(index: entry.index + 1, schema: step.outputSchema)
        }
        return obstacle
    }

    /// Where rows begin that failed in a step; nil where they cannot.
    func entry(ofStep name: String) -> Entry? { entries[name] }

    private static func obstacle(_ plan: LogicalPlan, sideOutput name: String) -> ReplayFate.Reason? {
        guard let step = plan.steps.firstIndex(where: { $0.operation.sideOutput == name }) else { return .severalRows }
        return plan.steps[..<step].lazy.compactMap(\.operation.obstacle).first
    }

    /// Of a record that fails in a step of the plan.
    func fate(ofStep name: String) -> ReplayFate? { fates[name] }

    /// Of a letter that some earlier plan left.
    func fate(of letter: DeadLetterArchive.Letter) -> ReplayFate {
        if let row = letter.row {
            guard let entry = entries[letter.step] else { return .keep(.unknownStep) }
            return RowText.rows([row], entry.schema) == nil ? .keep(.otherColumns) : .row
        }
        guard letter.bytes != nil, letter.location != nil else { return .keep(.undecodable) }
        // The plan that left it knew what else became of the record.
        if let reason = letter.replay { return .keep(ReplayFate.Reason(rawValue: reason) ?? .severalRows) }
        if let route = letter.route { return routes.contains(route) ? .replay(route: route) : .keep(.unknownRoute) }
        return fates[letter.step] ?? .replay(route: nil)
    }
}

extension LogicalOperation {
    /// Whether the records that it rejects are those of a table.
    fileprivate var readsTable: Bool { if case .join = self { true } else { false } }

    /// Whether rows behind the operation come in their order through one task; nil where that is as before it.
    fileprivate var isOrdered: Bool? {
        switch self {
        case .sample(.every), .limit, .exec, .deduplicateWithin, .history: true
        case .relationalize: numbersRows ? true : nil
        case .window(let window): !window.isOfTime
        case .sort, .aggregate, .deduplicate: false
        case .filter, .project, .mask, .sample(.share), .assert, .quality, .union, .join, .closure: nil
        }
    }

    /// Why a record whose row has passed cannot pass again as if it never had; nil where it can.
    fileprivate var obstacle: ReplayFate.Reason? {
        switch self {
        case .filter, .project, .mask, .sample(.share), .assert, .quality: nil
        case .deduplicateWithin: .remembered
        case .exec(let exec): exec.rows == .one ? nil : .severalRows
        case .join(let join) where join.interval != nil: .remembered
        case .join(let join): join.asOf != nil || join.kind == .semi || join.kind == .anti ? nil : .severalRows
        case .relationalize: numbersRows ? .severalRows : nil
        case .sample(.every), .limit, .sort, .union, .deduplicate, .aggregate, .window, .closure, .history: .severalRows
        }
    }
}
