import SluiceCatalog
import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS

/// What the cursor puts behind the bookmark, slice by slice: a run that fails goes on behind the last page that was committed.
extension ServiceSource: IncrementalSource {
    func checkIncremental() throws(SluiceError) {
        guard entity.cursor == nil else { return }
        let known = session.declaration.entities.filter { $0.cursor != nil }.map(\.name)
        throw SluiceError(
            .notIncremental, "\(entity.name) of \(session.declaration.name) has nothing that tells new records",
            remedy: "read it whole, without incremental: true"
                + (known.isEmpty ? "" : "; by a cursor are read \(known.joined(separator: ", "))"))
    }

    /// Splits that one slice reads, so that what was read of many channels is committed before all of them were asked.
    private static let splitsOfSlice = 4

    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        try checkIncremental()
        if let error = progress.takeEnd() { throw error }
        var parts: [ServiceSlice.Part] = []
        let all = try await progress.cutOff { try await parents(isFresh: request.leavesUnfinished) }
        progress.tell(request.note)
        for turn in progress.turns(of: all.count) {
            guard parts.count < Self.splitsOfSlice else { break }
            let parent = all[turn]
            let split = name(parent?.key)
            // A run over what there is reads one window of each; one that follows reads for ever.
            if !request.leavesUnfinished, progress.isFinished(split) { continue }
            do {
                let found = try await progress.cutOff { try await part(parent, positions[ExactText(split)], request.note) }
                if let found {
                    parts.append(found)
                } else {
                    progress.finish(split)
                }
            } catch let error as SluiceError where error.leavesPlace && !parts.isEmpty {
                // The others are committed first.
                progress.end(with: error)
                break
            }
            progress.advance()
        }
        guard !parts.isEmpty else { return nil }
        let budget = max(1, min(request.limitBytes, sliceBytes) / Int64(parts.count))
        let slice = ServiceSlice(source: self, parts: parts, budget: budget)
        var result = SourceSlice(source: slice, openSplits: Set(parts.map(\.split)), isLast: false) { slice.reached() }
        result.windows = { slice.windows }
        return result
    }

    /// A reader that has something new, with the pages that were fetched to find that out; nil where there is nothing.
    ///
    /// - Parameter note: Takes what a person should know.
    private func part(
        _ owner: ServiceParent?, _ stored: [UInt8]?, _ note: @escaping @Sendable (String) -> Void
    ) async throws -> ServiceSlice.Part? {
        let parent = owner?.key
        let split = name(parent)
        var position = try stored.map { bytes throws(SluiceError) in try SettingsText.value(ReadPosition.self, bytes, of: "bookmark") }
        try checkAccount(position, split)
        // What says that nothing has changed spares a request.
        if let mark = owner?.mark, let position, !position.isInWindow, position.mark == mark { return nil }
        if let job = entity.job {
            switch try await jobOutcome(job, parent, position, note: note) {
            case .pages(let begun): position = begun
            case .job(let part): return part
            case .nothing: return nil
            }
        }
        while true {
            // A window that an earlier run left open is read to its end, and then another is begun.
            let wasOpen = position?.isInWindow ?? false
            let begin = position ?? ReadPosition(startingAt: start)
            let reader = try ServiceReader(session, entity, parent: parent, from: begin, needsCursor: true)
            func part(_ pages: [RecordPage]) -> ServiceSlice.Part {
                ServiceSlice.Part(
                    split: split, parent: parent, way: .pages(reader, pages), endsWindows: !wasOpen, since: begin.since(entity.cursor),
                    mark: owner?.mark)
            }
            do throws(SluiceError) {
                while let page = try await reader.next() { if !page.records.isEmpty { return part([page]) } }
            } catch {
                // Pages without anything new lead on, too.
                guard error.leavesPlace, reader.position != begin else { throw error }
                progress.end(with: error)
                return part([])
            }
            if let refusal = reader.refusal {
                progress.leaveOut(split, refusal)
                progress.tell(note)
                return nil
            }
            guard wasOpen else { return nil }
            position = reader.position
        }
    }
}

/// Some pages of each split.
struct ServiceSlice: Source {
    struct Part: Sendable {
        /// How its records come, with what was fetched already.
        enum Way: Sendable {
            case pages(ServiceReader, [RecordPage])
            case job(JobReader, [JobPage], JobTracker)
        }

        var split: String
        var parent: String?
        var way: Way
        /// Whether the end of the reader's window is the end of what a run over what there is reads.
        var endsWindows: Bool
        /// The window's lower bound, as a place of the cursor.
        var since: Int64?
        /// What the parent says of its records.
        var mark: String?
    }

    let source: ServiceSource
    let parts: [Part]
    let budget: Int64

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }

    func splits() async throws -> [SourceSplit] { parts.map { SourceSplit(id: $0.split, bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let part = parts.first(where: { $0.split == split.id }) else {
            throw SluiceError(.notFound, "the slice has no \(split.id.quotedForMessage)")
        }
        switch part.way {
        case .pages(let reader, let pages):
            return try source.splitReader(reader, pages, part.parent, request, budget: budget, endsWith: source.progress.end)
        case .job(let reader, let pages, let tracker):
            return try JobSplitReader(
                reader, pages, schema: source.schema, request, tracker: tracker, source: part.split, budget: budget,
                endsWith: source.progress.end, cutOff: source.progress.cutOff)
        }
    }

    /// What was read so far of the parts.
    var windows: [RunReport.Window] {
        guard let form = source.entity.cursor?.form else { return [] }
        return parts.map { part in
            RunReport.Window(source: part.split, from: part.since.map(form.shown), to: part.position.high.map(form.shown))
        }
    }

    /// Asked for when all pages that were fetched are rows.
    func reached() -> SourcePositions {
        var positions: SourcePositions = [:]
        for part in parts {
            if part.endsWindows, part.isDone { source.progress.finish(part.split) }
            var position = part.position
            position.account = source.account
            if let text = try? SettingsText.text(position) { positions[ExactText(part.split)] = Array(text.utf8) }
        }
        return positions
    }
}

extension ServiceSlice.Part {
    fileprivate var isDone: Bool {
        switch way {
        case .pages(let reader, _): reader.isDone
        case .job(let reader, _, _): reader.isDone
        }
    }

    fileprivate var position: ReadPosition {
        switch way {
        case .pages(let reader, _):
            var position = reader.position
            if reader.isDone { position.mark = mark }
            return position
        case .job(let reader, _, let tracker): return tracker.position(of: reader)
        }
    }
}

extension SluiceError {
    /// Whether what was read before it is good, and the next run goes on behind it.
    var leavesPlace: Bool { code == .quotaSpent || code == .pagesWithoutRecords }
}
