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

    /// Rows, by their panes, times and groups, all of whose windows were handed on. Changes nothing, so that any task may ask while nobody absorbs.
    func lateRows(_ panes: [Int64], _ times: [Int64], _ keys: [Column], watermark: Int64) -> [Int]

    /// Hands on the windows that end by `watermark` and did not end by `earlier`, oldest first, and forgets what no later window needs.
    func close(after earlier: Int64, through watermark: Int64, rejects: inout [Reject]) -> [Batch]
}
