package import SluiceCore
import SluiceStreams
import Synchronization

extension RecordStream {
    /// Takes in what the writer in another process has changed: shards that were split, merged or have expired, and settings. Nothing in the
    /// process of the writer.
    ///
    /// - Throws: `notFound` when the stream was removed; what reading throws.
    package func refresh() throws(SluiceError) {
        guard let remote else { return }
        let (metadata, version) = try remote.current()
        table.withLock { table in
            guard table.version != version else { return }
            table.version = version
            table.views = remote.views(metadata, table.views, directory: directory)
            table.metadata = metadata
            table.router = metadata.router
        }
    }
}

extension RemoteMetadata {
    /// Views of all shards; those that are there already stay.
    func views(_ metadata: StreamMetadata, _ known: [Int: any ShardView] = [:], directory: String) -> [Int: any ShardView] {
        var views: [Int: any ShardView] = [:]
        for shard in metadata.shards {
            let number = shard.id.number
            views[number] =
                known[number]
                ?? RemoteShard(number: number, paths: ShardFiles(stream: directory, shard: number), tag: metadata.tag, metadata: self)
        }
        return views
    }
}
