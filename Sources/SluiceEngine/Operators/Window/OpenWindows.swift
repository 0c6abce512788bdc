import SluiceCore

/// The windows of a step that more rows may come for. All times are microseconds since 1970.
protocol OpenWindows: AnyObject, Sendable {
    var cut: WindowCut { get }
    /// Of the groups within a pane; what is absorbed has the pane in front.
    var layout: GroupLayout { get }
    var byteCount: Int { get }
    /// Running values of older panes are not needed any more; nil where none is open.
    var oldestPane: Int64? { get }

    /// Takes in running values of groups whose first key is the pane.
    func absorb(_ partial: Batch, notBefore pane: Int64)

    /// The running values of all open panes, with the pane in front, some thousand groups at a time.
    func forEachPartial(_ schema: Schema, _ body: (Batch) throws -> Void) rethrows

    /// A time that no window of a pane, or of a later one, ends before, but for those that ended by `time`.
    func firstEnd(from pane: Int64, after time: Int64) -> Int64

    /// Rows of which only what is kept says whether they are late.
    func undecided(_ times: [Int64], watermark: Int64) -> [Int]

    /// Rows, by their panes, times and groups, all of whose windows were handed on. Changes nothing, so that any task may ask while nobody absorbs.
    func lateRows(_ panes: [Int64], _ times: [Int64], _ keys: [Column], watermark: Int64) -> [Int]

    /// Hands on the windows that end by `watermark` and did not end by `earlier`, oldest first, and forgets what no later window needs. In front
    /// of them come corrections of those that were handed on before.
    func close(after earlier: Int64, through watermark: Int64, rejects: inout [Reject]) -> [Batch]

    /// Whether groups of open windows have changed since `early`.
    var hasChanges: Bool { get }

    /// Results of groups of windows that are open, and have changed since the last call.
    func early(behind watermark: Int64) -> [Batch]

    /// Panes and keys of groups that have changed since the last call of `early`, which are forgotten.
    func takeChanges() -> [Batch]

    /// Groups, by their panes and keys, have changed.
    func noteChanges(_ groups: Batch, behind watermark: Int64)

    /// Rows of `layout`, with the pane in front, that say which windows were closed since the last call, where what is kept does not tell.
    func takeClosings() -> [Batch]
}

extension OpenWindows {
    func undecided(_ times: [Int64], watermark: Int64) -> [Int] { [] }
    var hasChanges: Bool { false }
    func early(behind watermark: Int64) -> [Batch] { [] }
    func takeChanges() -> [Batch] { [] }
    func noteChanges(_ groups: Batch, behind watermark: Int64) {}
    func takeClosings() -> [Batch] { [] }
}
