/// A library's inflate for one file of members: ISA-L's in production, zlib's as the reference that tests compare it with.
///
/// One task at a time uses an object.
package protocol Inflating: AnyObject, Sendable {
    /// Moves bytes from `input` to `output`; returns how many it took and made. The library may hold a few bytes that it took, so that an
    /// empty input can still make bytes or end the member; those that it held at a member's end and does not need are given back, which
    /// makes `taken` negative where they came with an earlier call.
    func run(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> (taken: Int, made: Int, outcome: InflateOutcome)
    /// Gets ready for another member.
    func restart()
}

/// How far a call of `Inflating.run` got.
package enum InflateOutcome: Equatable {
    /// More input or more room is needed.
    case going
    /// The member is complete and its checksum right.
    case memberEnded
    /// Why, in words.
    case corrupt(String)
}

/// What stands around deflated data.
package enum DeflateWrapper: Sendable {
    /// RFC 1952.
    case gzip
    /// RFC 1950.
    case zlib
}
