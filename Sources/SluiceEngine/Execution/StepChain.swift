import SluiceCore
import SluicePipelines

/// What a batch goes through on its way: one step of the definition at work.
enum StepLink: Sendable {
    /// Copied for each task.
    case operation(any StepOperator)
    /// Each task has a part of it, and something may be left when the input has ended.
    case probing(any ProbingOperator)
    /// Becomes a probing one, before the segment runs, by reading another source.
    case building(any BuildingOperator, PlannedSource)
}

/// A link with what counts and messages need to know of its step.
struct PlacedLink: Sendable {
    var link: StepLink
    /// Index of the step in the progress.
    var index: Int
    var name: String

    var isProbing: Bool { if case .probing = link { true } else { false } }
}

/// The links of one task, with the counts and rejects of each reported under its step; owned by one task at a time.
final class StepChain: @unchecked Sendable {
    private enum Worker {
        case operation(any StepOperator)
        case probing(any ProbingPart)
    }

    private let links: [PlacedLink]
    private var workers: [Worker]
    private let progress: RunProgress
    private let isProbing: Bool

    init(_ links: [PlacedLink], progress: RunProgress) throws {
        self.links = links
        self.progress = progress
        isProbing = links.contains(where: \.isProbing)
        workers = try links.map { placed in
            switch placed.link {
            case .operation(let operation): .operation(operation)
            case .probing(let probing): .probing(try probing.makePart())
            case .building: preconditionFailure("what \(placed.name) joins with was not read")
            }
        }
    }

    var isEmpty: Bool { links.isEmpty }

    /// True once no further input can change the output.
    var isSatisfied: Bool { workers.indices.contains(where: isSatisfied) }

    private func isSatisfied(_ index: Int) -> Bool {
        if case .operation(let operation) = workers[index] { operation.isSatisfied } else { false }
    }

    /// Sends one batch through the links from `start` on, and what comes out of them to `body`, piece by piece.
    func forEach(
        _ batch: Batch, at position: BatchPosition, from start: Int = 0, _ rejects: any RejectTaking,
        _ body: (Batch) async throws -> Void
    ) async throws {
        for output in try push(batch, at: position, from: start, rejects) { try await body(output) }
        guard isProbing else { return }
        while let more = try resume(at: position, rejects) {
            // A join may make any number of batches of one: others have their turn, such as whoever hears of an interruption.
            await Task.yield()
            for output in more { try await body(output) }
        }
    }

    /// What the last link that has something left hands on, sent through those behind it; nil when nothing is left anywhere.
    private func resume(at position: BatchPosition, _ rejects: any RejectTaking) throws -> [Batch]? {
        for index in workers.indices.reversed() {
            guard case .probing(let part) = workers[index] else { continue }
            var rejected: [Reject] = []
            let output = try part.next(rejects: &rejected)
            try report(index, rowsIn: 0, output, rejected, rejects)
            if output.isEmpty { continue }
            return try push(output, at: position, from: index + 1, rejects)
        }
        return nil
    }

    /// Sends one batch through the links from `start` on; a batch without rows changes nothing.
    private func push(_ batch: Batch, at position: BatchPosition, from start: Int = 0, _ rejects: any RejectTaking) throws -> [Batch] {
        try push(batch.rowCount == 0 ? [] : [batch], at: position, from: start, rejects)
    }

    private func push(_ batches: [Batch], at position: BatchPosition, from start: Int, _ rejects: any RejectTaking) throws -> [Batch] {
        var current = batches
        for index in workers.indices.dropFirst(start) {
            if current.isEmpty { break }
            var next: [Batch] = []
            for batch in current {
                // One batch of the source may become any number in a join.
                try Task.checkCancellation()
                var rejected: [Reject] = []
                progress.taps.see(batch, .into, ofStep: links[index].index)
                let output = try work(index, batch, position, &rejected)
                try report(index, rowsIn: batch.rowCount, output, rejected, rejects)
                // Records behind the last row that a limit takes might as well not be there.
                if isSatisfied(index), let last = output.last?.ordinals?.last { rejects.forget(behind: last) }
                if next.isEmpty { next = output } else { next.append(contentsOf: output) }
            }
            current = next
        }
        return current
    }

    private func work(_ index: Int, _ batch: Batch, _ position: BatchPosition, _ rejected: inout [Reject]) throws -> [Batch] {
        switch workers[index] {
        case .probing(let part): return try part.push(batch, at: position, rejects: &rejected)
        case .operation(var operation):
            defer { workers[index] = .operation(operation) }
            return try operation.push(batch, rejects: &rejected)
        }
    }

    /// What a link's operator kept back until the end of its input; its rows have still to go through the links behind it.
    func finish(_ index: Int, _ rejects: any RejectTaking) throws -> [Batch] {
        guard case .operation(var operation) = workers[index] else { return [] }
        var rejected: [Reject] = []
        let output = try operation.finish(rejects: &rejected)
        workers[index] = .operation(operation)
        try report(index, rowsIn: 0, output, rejected, rejects)
        return output
    }

    /// The part of the probing operator that the link is.
    func part(_ index: Int) -> (any ProbingPart)? {
        if case .probing(let part) = workers[index] { part } else { nil }
    }

    /// Counts rows that left a link's step outside of `push`.
    func reportLate(_ index: Int, _ output: [Batch], _ rejected: [Reject], _ rejects: any RejectTaking) throws {
        try report(index, rowsIn: 0, output, rejected, rejects)
    }

    private func report(
        _ index: Int, rowsIn: Int, _ output: [Batch], _ rejected: [Reject], _ rejects: any RejectTaking
    ) throws {
        let rowsOut = output.reduce(0) { $0 + Int64($1.rowCount) }
        for batch in output { progress.taps.see(batch, .out, ofStep: links[index].index) }
        progress.update { [index = links[index].index, count = rejected.count] snapshot in
            snapshot.steps[index].rowsIn += Int64(rowsIn)
            snapshot.steps[index].rowsOut += rowsOut
            snapshot.steps[index].rejected += Int64(count)
        }
        if !rejected.isEmpty { try rejects.take(rejected, step: links[index].name) }
    }
}
