import SluiceCore

/// Decodes the values of a page, without nulls, into elements of a fixed width.
protocol ValueDecoder {
    /// Bytes of an element.
    var width: Int { get }

    /// Begins with the values of a page.
    ///
    /// - Throws: `corruptFile` for an encoding that such values cannot have.
    mutating func start(_ bytes: PageBytes, encoding: PageEncoding) throws(SluiceError)

    /// The next `count` values. One that does not fit the column is some value and named in `misfits`, by its position in `target`.
    ///
    /// - Throws: `corruptFile` when there are fewer.
    mutating func read(into target: UnsafeMutableRawPointer, count: Int, misfits: inout Misfits) throws(SluiceError)

    mutating func skip(_ count: Int) throws(SluiceError)
}

/// Values that do not fit their column, by position.
struct Misfits {
    private(set) var found: [(position: Int, error: RowError)] = []

    var isEmpty: Bool { found.isEmpty }

    mutating func add(_ position: Int, _ error: RowError) { found.append((position, error)) }
}

/// Numbers of 4 or 8 bytes: INT32, INT64, FLOAT, DOUBLE.
struct NumberDecoder: ValueDecoder {
    /// Converts `count` stored numbers; `position` is that of the first in the caller's counting.
    typealias Convert = (
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ position: Int, _ misfits: inout Misfits
    ) -> Void

    private enum Source {
        case plain(PageBytes)
        case delta(DeltaDecoder)
        /// The page, how many values it has, and how many are read.
        case split(PageBytes, count: Int, next: Int)
    }

    /// Numbers that are decoded at once where they cannot be read in place.
    private static let blockValues = 1_024

    let width: Int
    private let storedWidth: Int
    private let isFloat: Bool
    private let convert: Convert
    private var source = Source.plain(.empty)
    private let block = RawScratch()

    /// Inlined, so that the loop is made for the conversion's types.
    @inline(__always)
    init<Conversion: NumberConversion>(_ conversion: Conversion, isFloat: Bool = false) {
        width = MemoryLayout<Conversion.Element>.stride
        storedWidth = MemoryLayout<Conversion.Stored>.size
        self.isFloat = isFloat
        convert = { source, target, count, position, misfits in
            let elements = target.assumingMemoryBound(to: Conversion.Element.self)
            var allFit = true
            for index in 0..<count {
                let stored = source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Conversion.Stored>.size, as: Conversion.Stored.self)
                elements[index] = conversion.element(stored)
                if !conversion.fits(stored) { allFit = false }
            }
            if !allFit { conversion.report(source, count, from: position, to: &misfits) }
        }
    }

    mutating func start(_ bytes: PageBytes, encoding: PageEncoding) throws(SluiceError) {
        switch encoding {
        case .plain: source = .plain(bytes)
        case .deltaBinaryPacked where !isFloat: source = .delta(try DeltaDecoder(bytes))
        case .byteStreamSplit: source = .split(bytes, count: bytes.count / storedWidth, next: 0)
        default: throw PageError.unsupported(encoding, "\(storedWidth)-byte")
        }
    }

    mutating func read(into target: UnsafeMutableRawPointer, count: Int, misfits: inout Misfits) throws(SluiceError) {
        switch source {
        case .plain(var bytes):
            guard let taken = bytes.take(count * storedWidth) else { throw PageError.damaged("it has fewer values than it should") }
            convert(taken.base, target, count, 0, &misfits)
            source = .plain(bytes)
        case .delta(var decoder):
            let scratch = block.grown(to: Self.blockValues * 8, keeping: 0)
            for done in stride(from: 0, to: count, by: Self.blockValues) {
                let run = min(count - done, Self.blockValues)
                if storedWidth == 4 {
                    try decoder.read(into: scratch.assumingMemoryBound(to: Int32.self), count: run)
                } else {
                    try decoder.read(into: scratch.assumingMemoryBound(to: Int64.self), count: run)
                }
                convert(scratch, target + done * width, run, done, &misfits)
            }
            source = .delta(decoder)
        case .split(let bytes, let total, let next):
            guard count <= total - next else { throw PageError.damaged("it has fewer values than it should") }
            let scratch = block.grown(to: Self.blockValues * 8, keeping: 0)
            for done in stride(from: 0, to: count, by: Self.blockValues) {
                let run = min(count - done, Self.blockValues)
                StreamSplit.gather(bytes.base + next + done, stride: total, width: storedWidth, into: scratch, count: run)
                convert(scratch, target + done * width, run, done, &misfits)
            }
            source = .split(bytes, count: total, next: next + count)
        }
    }

    mutating func skip(_ count: Int) throws(SluiceError) {
        switch source {
        case .plain(var bytes):
            guard bytes.take(count * storedWidth) != nil else { throw PageError.damaged("it has fewer values than it should") }
            source = .plain(bytes)
        case .delta(var decoder):
            try decoder.skip(count)
            source = .delta(decoder)
        case .split(let bytes, let total, let next):
            guard count <= total - next else { throw PageError.damaged("it has fewer values than it should") }
            source = .split(bytes, count: total, next: next + count)
        }
    }
}

/// The encoding in which byte `k` of all values stands together.
///
/// Source: parquet-format, Encodings.md, "Byte Stream Split (BYTE_STREAM_SPLIT = 9)".
enum StreamSplit {
    /// Brings `count` values of `width` bytes together; `base` has the first value's first byte, and its next one `stride` bytes on.
    static func gather(_ base: UnsafeRawPointer, stride: Int, width: Int, into target: UnsafeMutableRawPointer, count: Int) {
        switch width {
        case 4: gather4(base, stride, target, count)
        case 8: gather8(base, stride, target, count)
        default:
            for byte in 0..<width {
                let stream = (base + byte * stride).assumingMemoryBound(to: UInt8.self)
                let place = (target + byte).assumingMemoryBound(to: UInt8.self)
                for index in 0..<count { place[index &* width] = stream[index] }
            }
        }
    }

    private static func gather4(_ base: UnsafeRawPointer, _ stride: Int, _ target: UnsafeMutableRawPointer, _ count: Int) {
        let bytes = base.assumingMemoryBound(to: UInt8.self)
        let values = target.assumingMemoryBound(to: UInt32.self)
        for index in 0..<count {
            let low = UInt32(bytes[index]) | UInt32(bytes[index &+ stride]) &<< 8
            values[index] = low | UInt32(bytes[index &+ 2 &* stride]) &<< 16 | UInt32(bytes[index &+ 3 &* stride]) &<< 24
        }
    }

    private static func gather8(_ base: UnsafeRawPointer, _ stride: Int, _ target: UnsafeMutableRawPointer, _ count: Int) {
        let bytes = base.assumingMemoryBound(to: UInt8.self)
        let values = target.assumingMemoryBound(to: UInt64.self)
        for index in 0..<count {
            var value: UInt64 = 0
            for byte in 0..<8 { value |= UInt64(bytes[index &+ byte &* stride]) &<< UInt64(truncatingIfNeeded: byte &* 8) }
            values[index] = value
        }
    }
}
