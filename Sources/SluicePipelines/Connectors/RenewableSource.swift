/// A source that was looked at when it was planned and has to be looked at again where a run reads it whole later, and again and again: the table
/// of a join.
package protocol RenewableSource: Source {
    /// The source as it is now, whole.
    ///
    /// - Throws: `newFields` where it has columns that were not planned, upon which another plan reads them.
    func renewed() async throws -> any Source
}
