import SluiceCore

/// A value's bytes, somewhere in memory that its decoder keeps until the next call.
struct ByteView {
    var base: UnsafeRawPointer
    var count: Int

    /// The first bytes, for messages.
    var hexadecimal: String {
        let shown = UnsafeRawBufferPointer(start: base, count: min(count, Self.shownBytes))
        return "0x" + Hexadecimal.text(shown) + (count > shown.count ? "…" : "")
    }

    private static let shownBytes = 32
}

/// Decodes byte arrays, of one length or of different ones, as views of their bytes.
struct ByteValueDecoder {
    private enum Source {
        case plain(PageBytes)
        case fixed(PageBytes)
        case lengths(DeltaDecoder, PageBytes)
        case prefixes(DeltaDecoder, lengths: DeltaDecoder, PageBytes)
        case split(PageBytes, count: Int, next: Int)
    }

    /// Bytes of each value; nil when each has its own length.
    let length: Int?
    private var source = Source.plain(.empty)
    private let numbers = Scratch<Int32>()
    private let moreNumbers = Scratch<Int32>()
    private let bytes = Scratch<UInt8>()
    /// The last value so far, from which the next one of the encoding with prefixes begins.
    private var last: [UInt8] = []

    init(length: Int?) { self.length = length }

    mutating func start(_ bytes: PageBytes, encoding: PageEncoding) throws(SluiceError) {
        last = []
        switch (encoding, length) {
        case (.plain, nil): source = .plain(bytes)
        case (.plain, .some): source = .fixed(bytes)
        case (.deltaLengthByteArray, nil):
            let lengths = try DeltaDecoder(bytes)
            source = .lengths(lengths, try lengths.end())
        case (.deltaByteArray, _):
            let prefixes = try DeltaDecoder(bytes)
            let suffixes = try DeltaDecoder(try prefixes.end())
            source = .prefixes(prefixes, lengths: suffixes, try suffixes.end())
        case (.byteStreamSplit, let width?): source = .split(bytes, count: bytes.count / width, next: 0)
        default: throw PageError.unsupported(encoding, "byte array")
        }
    }

    /// Views of the next `count` values; they hold until the next call.
    ///
    /// - Throws: `corruptFile` when there are fewer; `limitExceeded` when they are too large together.
    mutating func read(into views: UnsafeMutablePointer<ByteView>, count: Int) throws(SluiceError) {
        switch source {
        case .plain(var page):
            try readPlain(&page, into: views, count: count)
            source = .plain(page)
        case .fixed(var page):
            let length = length ?? 0
            guard let taken = page.take(count * length) else { throw Self.tooFew }
            for index in 0..<count { views[index] = ByteView(base: taken.base + index * length, count: length) }
            source = .fixed(page)
        case .lengths(var lengths, var page):
            let numbers = numbers.room(count)
            try lengths.read(into: numbers, count: count)
            for index in 0..<count {
                guard let taken = page.take(Int(numbers[index])) else { throw Self.tooFew }
                views[index] = ByteView(base: taken.base, count: taken.count)
            }
            source = .lengths(lengths, page)
        case .prefixes(var prefixes, var suffixes, var page):
            try readPrefixes(&prefixes, &suffixes, &page, into: views, count: count)
            source = .prefixes(prefixes, lengths: suffixes, page)
        case .split(let page, let total, let next):
            let width = length ?? 1
            guard count <= total - next else { throw Self.tooFew }
            let target = bytes.room(count * width)
            StreamSplit.gather(page.base + next, stride: total, width: width, into: target, count: count)
            for index in 0..<count { views[index] = ByteView(base: UnsafeRawPointer(target) + index * width, count: width) }
            source = .split(page, count: total, next: next + count)
        }
    }

    private func readPlain(_ page: inout PageBytes, into views: UnsafeMutablePointer<ByteView>, count: Int) throws(SluiceError) {
        let base = page.base
        let end = page.count
        var position = 0
        for index in 0..<count {
            guard position &+ 4 <= end else { throw Self.tooFew }
            let length = Int(UInt32(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            position &+= 4
            guard length <= end &- position else { throw Self.tooFew }
            views[index] = ByteView(base: base + position, count: length)
            position &+= length
        }
        _ = page.take(position)
    }

    /// Source: parquet-format, Encodings.md, "Delta Strings (DELTA_BYTE_ARRAY = 7)".
    private mutating func readPrefixes(
        _ prefixes: inout DeltaDecoder, _ suffixes: inout DeltaDecoder, _ page: inout PageBytes, into views: UnsafeMutablePointer<ByteView>,
        count: Int
    ) throws(SluiceError) {
        let shared = numbers.room(count)
        let own = moreNumbers.room(count)
        try prefixes.read(into: shared, count: count)
        try suffixes.read(into: own, count: count)
        var total = 0
        var previous = last.count
        for index in 0..<count {
            let (prefix, suffix) = (Int(shared[index]), Int(own[index]))
            guard prefix >= 0, suffix >= 0, prefix <= previous else {
                throw PageError.damaged("a prefix of \(prefix) of \(previous) bytes")
            }
            previous = prefix + suffix
            if let length, previous != length { throw PageError.damaged("a value of \(previous) bytes where \(length) belong") }
            total += previous
            guard total <= ParquetLimits.columnBatchBytes else { throw PageError.tooLarge }
        }
        var target = bytes.room(total)
        var before = UnsafePointer(target)
        try last.withUnsafeBufferPointer { lastValue throws(SluiceError) in
            if let first = lastValue.baseAddress { before = first }
            for index in 0..<count {
                let (prefix, suffix) = (Int(shared[index]), Int(own[index]))
                guard let taken = page.take(suffix) else { throw Self.tooFew }
                target.update(from: before, count: prefix)
                (target + prefix).update(from: taken.base.assumingMemoryBound(to: UInt8.self), count: suffix)
                views[index] = ByteView(base: target, count: prefix + suffix)
                before = UnsafePointer(target)
                target += prefix + suffix
            }
        }
        if count > 0 { last = Array(UnsafeRawBufferPointer(start: views[count - 1].base, count: views[count - 1].count)) }
    }

    mutating func skip(_ count: Int) throws(SluiceError) {
        var rest = count
        try withTypedTemporary(of: ByteView.self, capacity: min(count, 1_024)) { views throws(SluiceError) in
            while rest > 0 {
                let run = min(rest, 1_024)
                try read(into: views, count: run)
                rest -= run
            }
        }
    }

    private static var tooFew: SluiceError { PageError.damaged("it has fewer values than it should, or a value is cut") }
}

extension PageError {
    /// One batch of a column would not fit.
    static var tooLarge: SluiceError {
        SluiceError(
            .limitExceeded, "the values of one batch take more than \(ParquetLimits.columnBatchBytes >> 20) MiB",
            remedy: "write the file again with smaller values")
    }
}
