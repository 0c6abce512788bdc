/// The part of `SluicePipelines` that FROM is read with.
package enum JoinKind: Sendable {
    case inner, left, right, full
}
