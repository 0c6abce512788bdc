import SluiceCore
import SluiceLog

/// All calls to the log: a stream of one shard, opened for writing or, in another process, for reading.
struct MeasuredLog: Sendable {
    private let stream: RecordStream

    /// Makes an empty stream in place of one that may be there.
    static func create(_ options: Options) throws {
        try delete(options)
        try StreamStore(directory: options.address).create(options.stream, shards: 1)
    }

    static func delete(_ options: Options) throws {
        let store = StreamStore(directory: options.address)
        if store.exists(options.stream) { try store.delete(options.stream) }
    }

    /// The one writer, which readers of its process read beside.
    init(writing options: Options) throws { stream = try StreamStore(directory: options.address).open(options.stream, for: .writing) }

    init(reading options: Options) throws { stream = try StreamStore(directory: options.address).open(options.stream, for: .reading) }

    func producer(_ number: Int) -> Producer { Producer(stream, number) }

    /// A reader whose first record has this number.
    func reader(from number: UInt64) throws -> Reader { Reader(try stream.reader(shard: 0, from: .sequence(number))) }

    /// One past the newest record that readers see.
    func end() throws -> UInt64 { try stream.endSequence(shard: 0) }

    func sync() async throws { try await stream.sync() }

    func close() { stream.close() }

    /// Puts the records of one producer, under its partition key.
    struct Producer {
        private let stream: RecordStream
        private let key: [UInt8]
        private var keys = ByteRows()
        private var starts: [Int32] = []
        private var ends: [Int32] = []

        init(_ stream: RecordStream, _ number: Int) {
            self.stream = stream
            key = Array("p\(number)".utf8)
        }

        /// Returns when the records are on disk; buffered ones are there after `sync`.
        mutating func put(_ payloads: Payloads, isBuffered: Bool = false) async throws {
            if payloads.count != keys.count {
                keys = ByteRows()
                keys.append(repeating: key, count: payloads.count)
                starts = (0..<payloads.count).map { Int32($0 * payloads.size) }
                ends = starts.map { $0 + Int32(payloads.size) }
            }
            let raw = RawRecords(bytes: payloads.bytes, starts: starts, ends: ends)
            try await stream.append(NewRecords(keys: keys, payloads: raw), to: 0, isBuffered ? .buffered : .synced)
        }
    }

    struct Reader {
        private var reader: ShardReader

        init(_ reader: ShardReader) { self.reader = reader }

        /// Hands over the records that the log returns in one piece; false where there are none now.
        mutating func next(_ take: (UnsafeBufferPointer<UInt8>) -> Void) async throws -> Bool {
            guard let records = try await reader.next() else { return false }
            let payloads = records.payloads
            payloads.bytes.withUnsafeBufferPointer { bytes in
                for row in 0..<payloads.count { take(UnsafeBufferPointer(rebasing: bytes[payloads.range(row)])) }
            }
            return true
        }

        /// Suspends until there are records to read.
        func wait() async { _ = await reader.waitForRecords() }
    }
}
