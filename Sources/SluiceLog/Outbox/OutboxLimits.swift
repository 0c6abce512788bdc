import SluiceStreams

/// Bounds of records that are staged for a stream (`OutboxChunk`).
package enum OutboxLimits {
    /// A chunk of more than this is closed; one long record still makes one chunk.
    package static let targetChunkBytes = 4 << 20
    /// A chunk that claims to be longer is damaged.
    package static let chunkBytes =
        OutboxChunk.headerBytes + 2 * targetChunkBytes + StreamLimits.payloadBytes + StreamLimits.keyBytes + LogLimits.headerBytes
    /// Chunks of one publication: their number is the lower part of the producer's batch.
    package static let chunkBits = 22
    package static let chunks = 1 << chunkBits
    /// What a writer stages within this goes into the commit itself instead of a file.
    package static let inlineBytes = 64 << 10
}
