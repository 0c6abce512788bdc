/// A source or sink that starts programs: what they write on their standard error belongs to the run.
package protocol ProgramEnd: Sendable {
    /// From now on these bytes are taken, as they come.
    func logErrors(_ take: @escaping @Sendable (ArraySlice<UInt8>) -> Void)
}
