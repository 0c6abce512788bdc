/// An opaque token for a place in a shard, at most 512 characters, which expires.
package struct ShardIterator: Hashable, Sendable, CustomStringConvertible {
    package let token: String

    package init(token: String) { self.token = token }

    package var description: String { token }
}
