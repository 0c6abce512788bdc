import SluiceCore
import SluicePipelines
import Synchronization

/// All sources that a plan follows, as one: a slice of it has a part of each that has something new.
///
/// Names of splits and of positions of the sources behind the first have a prefix, the source's own: `with stream payments: …`.
final class JointSource: Sendable {
    fileprivate struct Part {
        /// The step that reads it; nil: the plan's own source.
        var step: Int?
        var source: any IncrementalSource
        var prefix: String
    }

    fileprivate let parts: [Part]
    /// Splits that may go on, as the last slice of each part had them, or an earlier run.
    private let open: Mutex<[Set<String>]>
    private let schema: Schema

    /// - Precondition: The plan keeps `IncrementalRules`.
    init(_ plan: LogicalPlan) {
        var parts = [Part(step: nil, source: Self.incremental(plan.source), prefix: "")]
        for (step, source) in plan.followed {
            var prefix = Self.prefix(of: source, "")
            var copies = 1
            while parts.contains(where: { $0.prefix == prefix }) {
                copies += 1
                prefix = Self.prefix(of: source, " (\(copies))")
            }
            parts.append(Part(step: step, source: Self.incremental(source), prefix: prefix))
        }
        self.parts = parts
        open = Mutex(Array(repeating: [], count: parts.count))
        schema = plan.source.source.schema
    }

    private static func incremental(_ source: PlannedSource) -> any IncrementalSource {
        guard let source = source.source as? any IncrementalSource else { preconditionFailure("the rules ask for such a source") }
        return source
    }

    private static func prefix(of source: PlannedSource, _ copy: String) -> String { "with \(source.summary)\(copy): " }

    /// Goes on where an earlier run was, until each part has had a slice.
    ///
    /// - Parameter splits: Those that might go on.
    func resume(_ splits: Set<String>) {
        open.withLock { open in
            for name in splits {
                let number = parts.indices.dropFirst().first { name.hasPrefix(parts[$0].prefix) } ?? 0
                open[number].insert(name)
            }
        }
    }

    /// - Parameter ahead: Steps whose sources are ahead of others in time (nil: the plan's own): they wait while these have something new.
    func slice(after positions: SourcePositions, _ request: SliceRequest, ahead: Set<Int?>) async throws -> SourceSlice? {
        var slices: [SourceSlice?] = []
        for part in parts {
            slices.append(ahead.contains(part.step) ? nil : try await slice(of: part, after: positions, request))
        }
        var isLast = true
        for (number, part) in parts.enumerated() where ahead.contains(part.step) {
            if slices.contains(where: { $0 != nil }) {
                isLast = false
            } else {
                slices[number] = try await slice(of: part, after: positions, request)
            }
        }
        guard slices.contains(where: { $0 != nil }) else { return nil }
        return joined(slices, isLast: isLast)
    }

    private func slice(of part: Part, after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        if parts.count == 1 { return try await part.source.slice(after: positions, request) }
        var own: SourcePositions = [:]
        for (key, position) in positions {
            if part.step == nil {
                if !parts.dropFirst().contains(where: { key.text.hasPrefix($0.prefix) }) { own[key] = position }
            } else if key.text.hasPrefix(part.prefix) {
                own[ExactText(String(key.text.dropFirst(part.prefix.count)))] = position
            }
        }
        return try await part.source.slice(after: own, request)
    }

    private func joined(_ slices: [SourceSlice?], isLast: Bool) -> SourceSlice {
        let splits = open.withLock { open in
            for (number, slice) in slices.enumerated() {
                if let slice { open[number] = Set(slice.openSplits.map { parts[number].prefix + $0 }) }
            }
            return open.reduce(into: Set()) { $0.formUnion($1) }
        }
        var result = SourceSlice(
            source: slices[0]?.source ?? NoRows(schema: schema), openSplits: splits,
            isLast: isLast && slices.allSatisfy { $0?.isLast ?? true }, notices: slices.flatMap { $0?.notices ?? [] },
            reached: { [parts] in
                var all: SourcePositions = [:]
                for (part, slice) in zip(parts, slices) {
                    for (key, position) in slice?.reached() ?? [:] { all[ExactText(part.prefix + key.text)] = position }
                }
                return all
            })
        result.windows = { slices.flatMap { $0?.windows() ?? [] } }
        for (part, slice) in zip(parts, slices) { if let step = part.step, let slice { result.followed[step] = slice.source } }
        return result
    }
}

extension JointSource {
    /// The plan over some parts of its sources; those that are not here have nothing.
    func reading(_ source: any Source, _ followed: [Int: any Source], _ plan: LogicalPlan) -> LogicalPlan {
        let nothing = plan.followed.map { ($0.step, NoRows(schema: $0.source.source.schema) as any Source) }
        return plan.reading(source, followed.merging(nothing) { found, _ in found })
    }

    /// Names the splits of the sources behind the first: those of a union are inputs behind the plan's own.
    func addSplits(of plan: LogicalPlan, to context: inout EpochContext) async throws {
        for part in parts {
            guard let step = part.step, let source = plan.steps[step].operation.followedSource else { continue }
            let names = try await source.source.splits().map { part.prefix + $0.id }
            if case .union = plan.steps[step].operation { context.splitNames += names } else { context.followedSplits[step] = names }
        }
    }
}

/// A source that has nothing.
struct NoRows: Source {
    let schema: Schema
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { [] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        throw SluiceError(.notFound, "there is no split \(split.id.quotedForMessage)")
    }
}
