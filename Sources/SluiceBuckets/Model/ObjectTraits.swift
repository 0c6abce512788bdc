package import SluiceAWS

/// What is said of an object beside its bytes.
package struct ObjectTraits: Hashable, Sendable {
    /// A name and a value.
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A checksum of the object, or one that is made of those of its parts.
    package struct Checksum: Hashable, Sendable {
        package var value: ObjectChecksum
        package var isComposite: Bool

        package init(_ value: ObjectChecksum, isComposite: Bool) {
            self.value = value
            self.isComposite = isComposite
        }
    }

    /// Headers that an answer repeats, names in lower case: `content-type`, `cache-control`, `x-amz-storage-class`, …
    package var headers: [Field] = []
    /// What the user says, names without `x-amz-meta-`.
    package var metadata: [Field] = []
    package var tags: [Field] = []
    package var checksum: Checksum?
    /// Bytes of each part of an object that was uploaded in parts.
    package var partBytes: [Int64] = []
    /// Checksums of those parts, base 64; as many as parts, or none.
    package var partChecksums: [String] = []

    package init() {}

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension ObjectTraits {
    /// Lists of texts, each with its number of texts and each text with its number of bytes in front (base 128, the lowest digit first).
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for fields in [headers, metadata, tags] { Self.append(fields.flatMap { [$0.name, $0.value] }, to: &bytes) }
        Self.append(checksum.map { [$0.value.algorithm.rawValue, $0.value.value, $0.isComposite ? "1" : ""] } ?? [], to: &bytes)
        Self.append(partBytes.map(String.init), to: &bytes)
        Self.append(partChecksums, to: &bytes)
        return bytes
    }

    /// Nil for bytes that `encoded` did not make.
    init?(decoding bytes: UnsafeBufferPointer<UInt8>) {
        var place = 0
        var lists: [[String]] = []
        for _ in 0..<6 {
            guard let list = Self.list(bytes, &place) else { return nil }
            lists.append(list)
        }
        headers = Self.fields(lists[0])
        metadata = Self.fields(lists[1])
        tags = Self.fields(lists[2])
        if lists[3].count == 3, let algorithm = ObjectChecksum.Algorithm(rawValue: lists[3][0]) {
            checksum = Checksum(ObjectChecksum(algorithm, lists[3][1]), isComposite: !lists[3][2].isEmpty)
        }
        partBytes = lists[4].compactMap { Int64($0) }
        partChecksums = lists[5]
    }

    private static func fields(_ texts: [String]) -> [Field] {
        stride(from: 0, to: texts.count - 1, by: 2).map { Field(texts[$0], texts[$0 + 1]) }
    }

    private static func append(_ texts: [String], to bytes: inout [UInt8]) {
        append(texts.count, to: &bytes)
        for text in texts {
            append(text.utf8.count, to: &bytes)
            bytes += text.utf8
        }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func list(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> [String]? {
        guard let count = number(bytes, &place), count <= bytes.count else { return nil }
        var texts: [String] = []
        for _ in 0..<count {
            guard let length = number(bytes, &place), length <= bytes.count - place else { return nil }
            texts.append(String(decoding: bytes[place..<place + length], as: UTF8.self))
            place += length
        }
        return texts
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> Int? {
        var value = 0
        var shift = 0
        while place < bytes.count, shift < 56 {
            let byte = bytes[place]
            place += 1
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
