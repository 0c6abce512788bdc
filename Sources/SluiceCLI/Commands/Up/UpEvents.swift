import SluiceConnectors
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceS3
import SluiceScheduler
import SluiceStorage
import SluiceStreams

/// Looks at events that take time: objects of a bucket, records of streams.
struct UpEvents: Sendable {
    let session: Session

    /// - Throws: `notFound` for a stream or a group that is not there (yet), and what reading throws.
    @concurrent func sight(of event: JobEvent) async throws -> EventSights.Sight {
        switch event {
        case .file(let pattern):
            let place = try S3Location(parsing: pattern)
            let store = try S3Stores.store(place.bucket, S3Site())
            do throws(SluiceError) {
                let objects = try await store.list(Glob(place.key))
                return .objects(
                    Dictionary(
                        objects.map { ("s3://\(place.bucket)/\($0.name)", "\($0.byteCount):\($0.version)") }, uniquingKeysWith: { $1 }))
            } catch {
                guard error.code == .fileNotFound else { throw error }
                return .objects([:])
            }
        case .stream(let name, _):
            let stream = try session.openStream(name)
            defer { stream.close() }
            let description = try stream.describe()
            // Records that ever came: those that retention removed count, too.
            return .count(description.shards.reduce(0) { $0 + Int64(clamping: $1.endSequence) })
        case .lag(let stream, let group, _):
            let backend = try session.backend(reading: stream)
            defer { backend.close() }
            let id = try GroupID(stream: stream, name: group)
            let lag = try await GroupLag.measure(CatalogLeaseStore(try session.catalog()).describe(id), of: stream, on: backend)
            return .count(Int64(lag.records ?? 0))
        case .table, .crawler, .webhook: return .count(0)
        }
    }
}
