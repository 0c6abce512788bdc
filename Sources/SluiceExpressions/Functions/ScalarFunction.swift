/// A function of the expression language: one manual and how a call of it is bound.
protocol ScalarFunction: Sendable {
    static var manual: Manual { get }
    /// The node that computes the call. The number of arguments has been checked.
    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode
}
