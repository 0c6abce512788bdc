import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams
import Synchronization

/// The streams of one account and region.
///
/// A stream is opened for writing by the first call that writes it, and read beside whoever else writes it until then: a pipeline of the same
/// program, for instance.
final class KinesisScope: Sendable {
    let id: ScopeID
    let writing: EmbeddedStreams
    private let reading: EmbeddedStreams
    let file: RecordFile
    let subscriptions = Subscriptions()
    let clock: WallClock

    init(_ id: ScopeID, directory: String, clock: WallClock, checks: RecordChecks?) throws(SluiceError) {
        self.id = id
        self.clock = clock
        let store = StreamStore(directory: directory + "/streams", clock: clock, flushesApart: true, checks: checks)
        writing = EmbeddedStreams(store, for: .writing, allowsShortRetention: true)
        reading = EmbeddedStreams(store, for: .reading, allowsShortRetention: true)
        file = try RecordFile(directory: directory)
    }

    /// Where a stream is read.
    func reader(_ name: String) -> EmbeddedStreams { writing.holds(name) ? writing : reading }

    /// The stream of an iterator, and where it is read.
    func reader(of iterator: ShardIterator) throws -> (stream: String, backend: EmbeddedStreams) {
        do throws(SluiceError) {
            if let name = try writing.name(of: iterator, openOnly: true) { return (name, writing) }
            guard let name = try reading.name(of: iterator) else { throw SluiceError(.notFound, "the stream was deleted") }
            // One that was deleted is still open for reading.
            _ = try reading.stream(name)
            return (name, reader(name))
        } catch {
            throw Faults.iterator(error)
        }
    }

    /// - Throws: `ResourceNotFoundException`.
    func summary(_ name: String) throws -> StreamSummary {
        do throws(SluiceError) {
            return try reader(name).describeStream(name)
        } catch {
            throw Faults.fault(error, stream: name, self)
        }
    }

    /// What is remembered of a stream beside what it is; nothing of one of the same name that is gone.
    func record(_ summary: StreamSummary) -> ScopeRecord.Stream {
        if let known = file.value.streams[summary.name], known.createdMicros == summary.createdMicros { return known }
        return ScopeRecord.Stream(createdMicros: summary.createdMicros)
    }

    /// Changes what is remembered of a stream.
    func remember(_ summary: StreamSummary, _ body: (inout ScopeRecord.Stream) -> Void) throws {
        var changed = record(summary)
        body(&changed)
        try file.change { [changed] record in record.streams[summary.name] = changed }
    }

    /// The streams by name, with those that cannot be opened left out.
    func names() throws -> [String] {
        do throws(SluiceError) {
            return try reading.listStreams()
        } catch {
            throw Faults.fault(error, stream: nil, self)
        }
    }

    func reset() throws {
        for name in try names() { try writing.deleteStream(name) }
        reading.close()
        try file.change { record in record = ScopeRecord(tokenKey: record.tokenKey) }
    }

    func close() {
        writing.close()
        reading.close()
    }
}
