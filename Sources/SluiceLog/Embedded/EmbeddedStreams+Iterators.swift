package import SluiceCore
package import SluiceStreams
import Synchronization

extension EmbeddedStreams {
    /// Whether a stream is open here already.
    package func holds(_ name: String) -> Bool { streams.withLock { $0[name] != nil } }

    /// The name of the stream that an iterator was made for.
    ///
    /// - Parameter openOnly: Only streams that are open here are looked at; nil where it is none of them.
    /// - Throws: `invalidIterator`, `expiredIterator`; `notFound` where the stream was deleted.
    package func name(of iterator: ShardIterator, openOnly: Bool = false) throws(SluiceError) -> String? {
        let token = try IteratorToken(iterator, try key(), nowMicros: store.clock.nowMicros())
        if openOnly { return streams.withLock { $0.values.first { $0.settings.tag == token.tag }?.name } }
        return try stream(tag: token.tag).name
    }

    /// The number of the shard that an iterator was made for.
    ///
    /// - Throws: `invalidIterator`, `expiredIterator`.
    package func shard(of iterator: ShardIterator) throws(SluiceError) -> Int {
        try IteratorToken(iterator, try key(), nowMicros: store.clock.nowMicros()).shard
    }
}

extension RecordStream {
    /// The place in a shard of the first record that an iterator returns.
    ///
    /// - Throws: `notFound`, `invalidArgument`.
    package func place(of position: IteratorPosition, shard: Int) throws(SluiceError) -> UInt64 { try offset(of: position, shard: shard) }
}
