import SluiceCore
import SluiceExpressions
import SluicePipelines

/// A part of a plan that rows go through without waiting for others: from splits or the result of a step that needed all rows, to the next
/// such step or the sink.
struct Segment: Sendable {
    /// Splits, each with the number of its lane. The result of the segment before comes first, in lane 0.
    var splits: [(source: PlannedSource, split: SourceSplit, lane: Int)] = []
    /// What the rows of different sources go through before they meet.
    var lanes: [[PlacedLink]] = [[]]
    /// What all rows go through, in any task.
    var links: [PlacedLink] = []
    /// What needs the rows in order, and what stands behind it: one task at a time.
    var ordered: [PlacedLink] = []
    /// The step that needs all rows.
    var gathering: Gathering?
    /// Where the rows go if no step gathers them.
    var outlet = Outlet.output(0)

    /// Links that have to read another source first, each once, in the order of their steps.
    var builds: [(link: PlacedLink, step: any BuildingOperator, source: PlannedSource)] {
        var found: [Int: (link: PlacedLink, step: any BuildingOperator, source: PlannedSource)] = [:]
        for link in lanes.joined() + links + ordered {
            if case .building(let step, let source) = link.link { found[link.index] = (link, step, source) }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The segment with what links of a step became by reading.
    func replacing(_ index: Int, by probing: any ProbingOperator) -> Segment {
        func replaced(_ links: [PlacedLink]) -> [PlacedLink] {
            links.map { link in
                guard link.index == index, case .building = link.link else { return link }
                return PlacedLink(link: .probing(probing), index: index, name: link.name)
            }
        }
        var segment = self
        segment.lanes = lanes.map(replaced)
        segment.links = replaced(links)
        segment.ordered = replaced(ordered)
        return segment
    }

    enum Outlet: Sendable {
        /// The sink of one of the plan's outputs.
        case output(Int)
        case branches([Branch], RouteMatch)
    }

    /// One of the ways into which rows part: the segments of an output.
    struct Branch: Sendable {
        var output: Int
        /// Which rows it gets; nil: all.
        var condition: BoundExpression?
        /// Whether it gets those that no other took.
        var isOtherwise: Bool
        /// The first is at work while the rows come.
        var segments: [Segment]
    }

    struct Gathering: Sendable {
        var step: any GatheringOperator
        var index: Int
        var name: String
    }
}

/// All segments of a plan: those of all rows, and those of rows that steps put aside.
struct SegmentTree: Sendable {
    /// The last one ends in the sink, or parts into branches; the others end in a step that needs all rows.
    var trunk: [Segment]
    var sides: [Side] = []

    struct Side: Sendable {
        var rows: SideRows
        var segments: [Segment]
    }
}

/// Where the rows of a segment come from.
enum SegmentInput: Sendable {
    case split(PlannedSource, SourceSplit, lane: Int)
    case stream(any BatchStream, lane: Int)

    var lane: Int {
        switch self {
        case .split(_, _, let lane), .stream(_, let lane): lane
        }
    }
}
