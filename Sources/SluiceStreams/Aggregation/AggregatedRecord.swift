import Crypto

/// Several user records in one stream record, as the Kinesis Producer Library packs them: the magic bytes, an `AggregatedRecord` of protocol
/// buffers, and the 16 bytes of its MD5.
///
/// `AggregatedRecord{1 partition_key_table, 2 explicit_hash_key_table, 3 records{1 partition_key_index, 2 explicit_hash_key_index, 3 data,
/// 4 tags}}` (awslabs/amazon-kinesis-producer, messages.proto). Sub-records share the record's sequence number; their places in it are their
/// subsequence numbers.
package struct AggregatedRecord: Hashable, Sendable {
    /// One user record.
    package struct SubRecord: Hashable, Sendable {
        package var key: String
        package var hashKey: UInt128?
        package var data: [UInt8]

        package init(key: String, hashKey: UInt128? = nil, data: [UInt8]) {
            self.key = key
            self.hashKey = hashKey
            self.data = data
        }

        /// Where the record belongs: its explicit hash key, or the MD5 of its key.
        package var hash: UInt128 { hashKey ?? HashRange.hash(of: key) }
    }

    package static let magic: [UInt8] = [0xF3, 0x89, 0x9A, 0xC2]
    private static let digestBytes = 16

    package var records: [SubRecord]

    package init(_ records: [SubRecord]) { self.records = records }

    /// Nil for a plain record: without the magic, with a wrong digest, or with a message that is none.
    package init?(parsing payload: ArraySlice<UInt8>) {
        guard payload.count > Self.magic.count + Self.digestBytes, payload.starts(with: Self.magic) else { return nil }
        let message = payload.dropFirst(Self.magic.count).dropLast(Self.digestBytes)
        guard Insecure.MD5.hash(data: message).elementsEqual(payload.suffix(Self.digestBytes)) else { return nil }
        guard let records = Self.parse(message) else { return nil }
        self.records = records
    }

    /// The sub-records that belong to a shard: after a split or merge, its parent's record may hold some of others.
    package func records(in range: HashRange) -> [SubRecord] { records.filter { range.contains($0.hash) } }

    /// The payload of the stream record; its partition key is the first sub-record's.
    package var payload: [UInt8] {
        var keys = IndexedTable()
        var hashKeys = IndexedTable()
        var body = MessageWriter()
        for record in records {
            var part = MessageWriter()
            part.put(1, number: keys.index(of: record.key))
            if let hashKey = record.hashKey { part.put(2, number: hashKeys.index(of: String(hashKey))) }
            part.put(3, bytes: record.data)
            body.put(3, bytes: part.bytes)
        }
        var message = MessageWriter()
        for key in keys.texts { message.put(1, bytes: Array(key.utf8)) }
        for key in hashKeys.texts { message.put(2, bytes: Array(key.utf8)) }
        let bytes = message.bytes + body.bytes
        return Self.magic + bytes + Array(Insecure.MD5.hash(data: bytes))
    }

    private static func parse(_ message: ArraySlice<UInt8>) -> [SubRecord]? {
        var keys: [String] = []
        var hashKeys: [UInt128] = []
        var parts: [ArraySlice<UInt8>] = []
        var reader = MessageReader(message)
        while let field = reader.next() {
            guard case .bytes(let value) = field.value else { continue }
            switch field.number {
            case 1: keys.append(String(decoding: value, as: UTF8.self))
            case 2:
                guard let key = UInt128(String(decoding: value, as: UTF8.self)) else { return nil }
                hashKeys.append(key)
            case 3: parts.append(value)
            default: break
            }
        }
        guard reader.isWhole, !parts.isEmpty else { return nil }
        var records: [SubRecord] = []
        for part in parts {
            guard let record = subRecord(part, keys, hashKeys) else { return nil }
            records.append(record)
        }
        return records
    }

    private static func subRecord(_ part: ArraySlice<UInt8>, _ keys: [String], _ hashKeys: [UInt128]) -> SubRecord? {
        var key: Int?
        var hashKey: Int?
        var data: [UInt8]?
        var reader = MessageReader(part)
        while let field = reader.next() {
            switch (field.number, field.value) {
            case (1, .number(let value)): key = Int(exactly: value)
            case (2, .number(let value)): hashKey = Int(exactly: value)
            case (3, .bytes(let value)): data = Array(value)
            default: break
            }
        }
        guard reader.isWhole, let key, keys.indices.contains(key), let data else { return nil }
        if let hashKey {
            guard hashKeys.indices.contains(hashKey) else { return nil }
            return SubRecord(key: keys[key], hashKey: hashKeys[hashKey], data: data)
        }
        return SubRecord(key: keys[key], data: data)
    }
}

/// Texts with their places, each once.
private struct IndexedTable {
    private(set) var texts: [String] = []
    private var places: [String: Int] = [:]

    mutating func index(of text: String) -> UInt64 {
        if let place = places[text] { return UInt64(place) }
        places[text] = texts.count
        texts.append(text)
        return UInt64(texts.count - 1)
    }
}
