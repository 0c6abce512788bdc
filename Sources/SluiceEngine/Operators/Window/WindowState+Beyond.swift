import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Windows that are read beside the epochs.
final class LoadedWindows: @unchecked Sendable {
    let windows: any OpenWindows

    init(_ windows: any OpenWindows) { self.windows = windows }
}

/// Values that memory does not hold, or does not hold yet: they are in the files of epochs.
extension WindowState {
    var isSpilled: Bool { beyond != nil }

    /// An empty place on disk for running values, spread by the group and not by its panes.
    func makeSpill(_ spill: SpillDirectory) -> KeyedSpill { KeyedSpill(keptSchema, keys: groupColumns, spill) }

    /// Of `keptSchema`.
    private var groupColumns: [Int] { Array(1..<(1 + operation.groups.groups.count)) }

    /// Panes and keys.
    private var groupSchema: Schema { Schema(unchecked: Array(keptSchema.fields.prefix(1 + groupColumns.count))) }

    /// Forgets values that are too many for memory; all of them are in the files of earlier epochs and in `changes`.
    func leaveMemory(oldest: Int64?) {
        beyond = Beyond(oldest: oldest)
        windows = makeWindows()
    }

    func leaveMemory(_ spill: SpillDirectory) throws {
        self.spill = spill
        if isSpilled { return }
        let changes = windows.takeChanges()
        leaveMemory(oldest: windows.oldestPane)
        for groups in changes { try noteChanges(groups, spill) }
    }

    private func noteChanges(_ groups: Batch, _ spill: SpillDirectory) throws {
        guard let newest = groups.columns[0].flattened.integers?.max() else { return }
        let known = beyond?.changed ?? (KeyedSpill(groupSchema, keys: groupColumns, spill), newest)
        try known.groups.add(groups)
        beyond?.changed = (known.groups, max(known.newest, newest))
    }

    /// Whether groups of open windows have changed since early results were handed on.
    var hasChangesBeyond: Bool { beyond?.changed.map { windows.cut.lastEnd(ofPane: $0.newest) > closedThrough } ?? false }

    /// Takes values back into memory that have become few, or were read by now.
    func returnToMemory() throws {
        guard let beyond else { return }
        if let loading = beyond.loading { return loading.isDone ? try takeOver(loading) : () }
        guard beyond.byteCount <= limitBytes / 4 else { return }
        oldestKept = beyond.oldest ?? .max
        self.beyond = nil
        for rows in stored { try rows.forEach { restore($0) } }
        finishRestoring()
        if isSpilled { self.beyond?.changed = beyond.changed } else { try takeChanges(beyond) }
    }

    private func takeChanges(_ beyond: Beyond) throws {
        try beyond.changed?.groups.forEach { windows.noteChanges($0, behind: closedThrough) }
    }

    /// Takes in what a part of an epoch gathered, some groups at a time.
    func take(_ partial: Batch, into new: KeyedSpill, _ spill: SpillDirectory) throws {
        try new.add(partial)
        try changes?.append(partial)
        guard let first = partial.columns[0].flattened.integers?.min() else { return }
        let brought = min(beyond?.brought ?? first, first)
        beyond?.brought = brought
        if operation.early != nil {
            let columns = Array(partial.columns.prefix(1 + groupColumns.count))
            try noteChanges(Batch(groupSchema, columns, rowCount: partial.rowCount), spill)
        }
    }

    /// As `advance`, where values are on disk.
    ///
    /// - Parameters:
    ///   - new: What the epoch brought.
    ///   - corrects: Whether it brought rows for windows that were handed on.
    func advance(
        _ newest: [String: Int64], open: Set<String>, now: Int64, with new: KeyedSpill, corrects: Bool, _ spill: SpillDirectory
    ) -> [any BatchStream] {
        moveWatermark(newest, open: open, now: now)
        let oldest = beyond?.oldest ?? .max
        noteBrought()
        // Windows end when the values of earlier epochs are there.
        if isLoading { return [] }
        let earlier = closedThrough
        closedThrough = max(earlier, watermark.time)
        let isEarly = takesEarly(now: now)
        guard isEarly || corrects || mayEnd(after: earlier) else { return [] }
        // Should the epoch end before all is handed on, nothing of it counts.
        return [
            SpilledWindows(
                self, new, from: earlier, through: closedThrough, oldestKept: oldest, early: isEarly ? beyond?.changed?.groups : nil, spill)
        ]
    }

    /// Whether windows on disk may end by `closedThrough` that did not end by a time.
    private func mayEnd(after earlier: Int64) -> Bool {
        guard closedThrough > earlier, let oldest = beyond?.oldest else { return false }
        return windows.firstEnd(from: oldest, after: earlier) <= closedThrough
    }

    /// Values were added to those on disk.
    func noteBrought() {
        guard let brought = beyond?.brought else { return }
        let oldest = min(beyond?.oldest ?? brought, brought)
        beyond?.oldest = oldest
        beyond?.brought = nil
        beyond?.byteCount = .max
    }

    /// Windows on disk were handed on.
    ///
    /// - Parameters:
    ///   - oldest: The oldest pane that is left.
    ///   - byteCount: What all that are left take in memory.
    ///   - isEarly: Whether early results were, too.
    func passed(oldest: Int64?, byteCount: Int, isEarly: Bool) {
        beyond?.oldest = oldest
        beyond?.byteCount = byteCount
        if isEarly { beyond?.changed = nil }
    }

    /// Open windows of some groups, as they were when the epoch began.
    ///
    /// - Parameter keys: Of the groups.
    func windows(of keys: KeySet) throws -> any OpenWindows {
        let windows = makeWindows()
        for rows in stored {
            try rows.forEach {
                if let some = keys.matching($0, keys: groupColumns) { windows.absorb(some, notBefore: beyond?.oldest ?? .max) }
            }
        }
        windows.dropClosed(through: closedThrough)
        return windows
    }

    // MARK: Beside the epochs

    func load(_ rows: [StoredRows], on background: BackgroundWork) throws -> StateLoading<LoadedWindows> {
        let (oldest, limit, closed) = (oldestKept, limitBytes, closedThrough)
        return try StateLoading(rows, into: LoadedWindows(makeWindows()), on: background) { loaded, rows in
            loaded.windows.absorb(rows, notBefore: oldest)
            return loaded.windows.byteCount <= limit
        } finishing: { loaded in
            loaded.windows.dropClosed(through: closed)
        }
    }

    /// Waits for values of earlier epochs.
    func finishLoading() throws {
        guard let loading = beyond?.loading else { return }
        loading.wait()
        try takeOver(loading)
    }

    /// Goes on in memory with what was read, and with what epochs brought meanwhile; on disk where memory does not hold it.
    private func takeOver(_ loading: StateLoading<LoadedWindows>) throws {
        let loaded = try loading.content()
        beyond?.loading = nil
        guard let loaded, let known = beyond else { return }
        beyond = nil
        windows = loaded.windows
        for rows in stored where !loading.paths.contains(rows.path) {
            // Nothing of it was handed on.
            try rows.forEach { windows.absorb($0, notBefore: .min + 1) }
        }
        try takeChanges(known)
    }
}
