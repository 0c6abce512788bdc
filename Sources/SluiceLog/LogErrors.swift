import SluiceCore
import SluiceStreams

extension SluiceError {
    static func otherVersion(_ path: String, version: Int) -> SluiceError {
        if version > StreamMetadata.version {
            return SluiceError(
                .stateTooNew,
                "\(path.quotedForMessage) has format version \(version); this Sluice (\(Release.version)) knows up to \(StreamMetadata.version)",
                at: .file(path: path), remedy: "use the newer Sluice that wrote it, or another --home")
        }
        return SluiceError(
            .stateTooOld, "\(path.quotedForMessage) has format version \(version), which no release has written", at: .file(path: path),
            remedy: "move the stream's directory away and fill the stream again")
    }

    static func unknownShard(_ number: Int, of stream: String) -> SluiceError {
        SluiceError(.notFound, "stream \"\(stream)\" has no shard \(ShardID(number)), or its last record has expired")
    }

    static func outdatedBatch(_ producer: PutBatch.Producer, by batch: UInt64) -> SluiceError {
        SluiceError(
            .invalidArgument, "batch \(producer.batch) of producer \(producer.id) comes after its batch \(batch)",
            remedy: "send the batches of a producer one after another")
    }

    static func shardClosed() -> SluiceError {
        SluiceError(.shardClosed, "the shard was split or merged", remedy: "route the records anew", isRetriable: true)
    }

    static func corruptFrame(_ location: SourceLocation, segment: String) -> SluiceError {
        SluiceError(
            .corruptFrame, "damaged frame in \(segment.quotedForMessage)", at: location,
            remedy: "verify the stream, which sets the damage aside, keeps every good record and names the lost ones")
    }

    static func goneShard(_ shard: ShardID, _ directory: String) -> SluiceError {
        SluiceError(
            .stateCorrupt, "the files of \(shard) are gone, and with them the number of its last record", at: .file(path: directory),
            remedy: "restore the directory from a backup, or move the stream's directory away and put its records in again")
    }

    static func goneMetadata(_ path: String) -> SluiceError {
        SluiceError(
            .stateCorrupt, "\(path.quotedForMessage) is gone, although its stream has files", at: .file(path: path),
            remedy: "restore the file from a backup, or move the stream's directory away")
    }

    static func unknownStream(_ name: String, among names: [String]) -> SluiceError {
        SluiceError(
            .notFound, "there is no stream \(name.quotedForMessage)", remedy: Suggestion.remedy(for: name, in: names, noun: "streams"))
    }
}
