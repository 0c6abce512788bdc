import SluiceCore

/// Rows of bytes under construction, copied from views a run at a time and joined once at the end.
struct PlainRows {
    private var parts: [ByteRows] = []
    private(set) var count = 0
    private var byteCount = 0

    static var invalidText: RowError { RowError(.invalidEncoding, "the text is not UTF-8") }

    private static let slack = 16

    /// Appends the bytes of `count` views.
    ///
    /// - Parameter hasSlack: memory goes on behind each view, so that short values can be copied by whole words.
    /// - Throws: `limitExceeded` when the rows become too large for one batch.
    mutating func append(_ views: UnsafePointer<ByteView>, count: Int, hasSlack: Bool = true) throws(SluiceError) {
        var total = 0
        for index in 0..<count { total &+= views[index].count }
        guard total <= ParquetLimits.columnBatchBytes - byteCount else { throw PageError.tooLarge }
        let data = [UInt8](unsafeUninitializedCapacity: total + Self.slack) { target, initialized in
            initialized = total
            if let base = target.baseAddress { Self.copy(views, count, to: UnsafeMutableRawPointer(base), hasSlack: hasSlack) }
        }
        let offsets = [Int32](unsafeUninitializedCapacity: count + 1) { target, initialized in
            initialized = count + 1
            var end = 0
            target[0] = 0
            for index in 0..<count {
                end &+= views[index].count
                target[index &+ 1] = Int32(truncatingIfNeeded: end)
            }
        }
        parts.append(ByteRows(offsets: offsets, data: data))
        self.count += count
        byteCount += total
    }

    @inline(__always)
    private static func copy(_ views: UnsafePointer<ByteView>, _ count: Int, to start: UnsafeMutableRawPointer, hasSlack: Bool) {
        var target = start
        for index in 0..<count {
            let view = views[index]
            if view.count <= slack && hasSlack {
                target.storeBytes(of: view.base.loadUnaligned(as: UInt64.self), as: UInt64.self)
                target.storeBytes(of: view.base.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 8, as: UInt64.self)
            } else {
                target.copyMemory(from: view.base, byteCount: view.count)
            }
            target += view.count
        }
    }

    /// All rows.
    var finished: ByteRows {
        if parts.count == 1 { return parts[0] }
        var rows = ByteRows(reservingRows: count, bytes: byteCount)
        for part in parts { rows.append(contentsOf: part) }
        return rows
    }

    /// Rows of the run that was appended last that are no UTF-8, counted in all rows.
    var invalidTexts: [Int] {
        guard let part = parts.last else { return [] }
        return part.data.withUnsafeBytes { bytes in
            if UTF8Check.isASCII(bytes) { return [] }
            return (0..<part.count).filter { !UTF8Check.isValid(UnsafeRawBufferPointer(rebasing: bytes[part.range($0)])) }
                .map { $0 + count - part.count }
        }
    }
}

/// Whether bytes are UTF-8.
///
/// Source: Unicode, table 3-7 ("Well-Formed UTF-8 Byte Sequences").
enum UTF8Check {
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var index = 0
        var all: UInt64 = 0
        while index &+ 32 <= bytes.count {
            all |=
                base.loadUnaligned(fromByteOffset: index, as: UInt64.self) | base.loadUnaligned(fromByteOffset: index &+ 8, as: UInt64.self)
            all |= base.loadUnaligned(fromByteOffset: index &+ 16, as: UInt64.self)
            all |= base.loadUnaligned(fromByteOffset: index &+ 24, as: UInt64.self)
            index &+= 32
        }
        while index < bytes.count {
            all |= UInt64(bytes[index])
            index &+= 1
        }
        return all & 0x8080_8080_8080_8080 == 0
    }

    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        let count = bytes.count
        while index < count {
            let lead = bytes[index]
            if lead < 0x80 {
                index &+= 1
                continue
            }
            let length: Int
            // The second byte's range keeps out overlong forms, surrogates and what is beyond U+10FFFF.
            var second: ClosedRange<UInt8> = 0x80...0xbf
            switch lead {
            case 0xc2...0xdf: length = 2
            case 0xe0:
                length = 3
                second = 0xa0...0xbf
            case 0xed:
                length = 3
                second = 0x80...0x9f
            case 0xe1...0xef: length = 3
            case 0xf0:
                length = 4
                second = 0x90...0xbf
            case 0xf1...0xf3: length = 4
            case 0xf4:
                length = 4
                second = 0x80...0x8f
            default: return false
            }
            guard index &+ length <= count, second.contains(bytes[index &+ 1]) else { return false }
            for offset in 2..<max(length, 2) where bytes[index &+ offset] & 0xc0 != 0x80 { return false }
            index &+= length
        }
        return true
    }
}
