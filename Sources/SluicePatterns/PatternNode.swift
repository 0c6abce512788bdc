/// A regular expression's syntax tree.
indirect enum PatternNode {
    case empty
    case scalar(UInt32)
    case set(ScalarSet)
    case assertion(Pattern.Assertion)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    /// `most` is nil without an upper bound.
    case repetition(PatternNode, least: Int, most: Int?, isLazy: Bool)
    /// Number nil: a group that is not captured.
    case group(PatternNode, number: Int?)
}
