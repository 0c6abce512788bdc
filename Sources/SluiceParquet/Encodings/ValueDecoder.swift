import SluiceCore

/// Decodes the values of a page, without nulls, into elements of a fixed width.
protocol ValueDecoder {
    associatedtype Element: BitwiseCopyable

    /// Begins with the values of a page.
    ///
    /// - Throws: `corruptFile` for an encoding that such values cannot have.
    mutating func start(_ bytes: PageBytes, encoding: PageEncoding) throws(SluiceError)

    /// The next `count` values. One that does not fit the column is 0 and named in `misfits`, by its position in `target`.
    ///
    /// - Throws: `corruptFile` when there are fewer.
    mutating func read(into target: UnsafeMutablePointer<Element>, count: Int, misfits: inout Misfits) throws(SluiceError)

    mutating func skip(_ count: Int) throws(SluiceError)
}

/// Values that do not fit their column, by position.
struct Misfits {
    private(set) var found: [(position: Int, error: RowError)] = []

    var isEmpty: Bool { found.isEmpty }

    /// `text` names the value and says what is wrong with it.
    mutating func add(_ position: Int, _ text: String) { found.append((position, RowError(.valueDoesNotFit, text))) }
    mutating func add(_ position: Int, _ error: RowError) { found.append((position, error)) }
}

/// How a stored number becomes an element of a column.
protocol NumberConversion {
    associatedtype Stored: FixedWidthInteger & BitwiseCopyable
    associatedtype Element: BitwiseCopyable

    /// The element, or anything where the number does not fit.
    func element(_ stored: Stored) -> Element
    func fits(_ stored: Stored) -> Bool
    /// What is wrong with a number that does not fit.
    func complaint(_ stored: Stored) -> String
}

extension NumberConversion {
    @inline(__always) func fits(_ stored: Stored) -> Bool { true }
    func complaint(_ stored: Stored) -> String { "number \(stored) does not fit" }
}

/// Numbers of 4 or 8 bytes: INT32, INT64, FLOAT, DOUBLE.
struct NumberDecoder<Conversion: NumberConversion>: ValueDecoder {
    typealias Stored = Conversion.Stored

    private enum Source {
        case plain(PageBytes)
        case delta(DeltaDecoder)
        /// The page, how many values it has, and how many are read.
        case split(PageBytes, count: Int, next: Int)
    }

    /// Numbers that are decoded at once where they cannot be read in place.
    private static var blockValues: Int { 1_024 }
    private static var size: Int { MemoryLayout<Stored>.size }

    private let conversion: Conversion
    private let isFloat: Bool
    private var source = Source.plain(.empty)
    private let block = Scratch<Stored>()

    init(_ conversion: Conversion, isFloat: Bool = false) {
        self.conversion = conversion
        self.isFloat = isFloat
    }

    mutating func start(_ bytes: PageBytes, encoding: PageEncoding) throws(SluiceError) {
        switch encoding {
        case .plain: source = .plain(bytes)
        case .deltaBinaryPacked where !isFloat: source = .delta(try DeltaDecoder(bytes))
        case .byteStreamSplit: source = .split(bytes, count: bytes.count / Self.size, next: 0)
        default: throw PageError.unsupported(encoding, "\(Self.size)-byte")
        }
    }

    mutating func read(
        into target: UnsafeMutablePointer<Conversion.Element>, count: Int, misfits: inout Misfits
    ) throws(SluiceError) {
        switch source {
        case .plain(var bytes):
            guard let taken = bytes.take(count * Self.size) else { throw PageError.damaged("it has fewer values than it should") }
            convert(taken.base, into: target, count: count, from: 0, misfits: &misfits)
            source = .plain(bytes)
        case .delta(var decoder):
            let scratch = block.room(Self.blockValues)
            var done = 0
            while done < count {
                let run = min(count - done, Self.blockValues)
                try decoder.read(into: scratch, count: run)
                convert(scratch, into: target + done, count: run, from: done, misfits: &misfits)
                done += run
            }
            source = .delta(decoder)
        case .split(let bytes, let total, let next):
            guard count <= total - next else { throw PageError.damaged("it has fewer values than it should") }
            let scratch = block.room(Self.blockValues)
            var done = 0
            while done < count {
                let run = min(count - done, Self.blockValues)
                StreamSplit.gather(bytes.base + next + done, stride: total, width: Self.size, into: scratch, count: run)
                convert(scratch, into: target + done, count: run, from: done, misfits: &misfits)
                done += run
            }
            source = .split(bytes, count: total, next: next + count)
        }
    }

    mutating func skip(_ count: Int) throws(SluiceError) {
        switch source {
        case .plain(var bytes):
            guard bytes.take(count * Self.size) != nil else { throw PageError.damaged("it has fewer values than it should") }
            source = .plain(bytes)
        case .delta(var decoder):
            try decoder.skip(count)
            source = .delta(decoder)
        case .split(let bytes, let total, let next):
            guard count <= total - next else { throw PageError.damaged("it has fewer values than it should") }
            source = .split(bytes, count: total, next: next + count)
        }
    }

    /// Converts `count` little-endian numbers; `position` is that of the first in the caller's counting.
    @inline(__always)
    private func convert(
        _ base: UnsafeRawPointer, into target: UnsafeMutablePointer<Conversion.Element>, count: Int, from position: Int,
        misfits: inout Misfits
    ) {
        var allFit = true
        for index in 0..<count {
            let stored = Stored(littleEndian: base.loadUnaligned(fromByteOffset: index &* Self.size, as: Stored.self))
            target[index] = conversion.element(stored)
            if !conversion.fits(stored) { allFit = false }
        }
        if !allFit { report(base, count, from: position, to: &misfits) }
    }

    private func report(_ base: UnsafeRawPointer, _ count: Int, from position: Int, to misfits: inout Misfits) {
        for index in 0..<count {
            let stored = Stored(littleEndian: base.loadUnaligned(fromByteOffset: index * Self.size, as: Stored.self))
            if !conversion.fits(stored) { misfits.add(position + index, conversion.complaint(stored)) }
        }
    }
}

/// The encoding in which byte `k` of all values stands together.
///
/// Source: parquet-format, Encodings.md, "Byte Stream Split (BYTE_STREAM_SPLIT = 9)".
enum StreamSplit {
    /// Brings `count` values of `width` bytes together; `base` has the first value's first byte, and its next one `stride` bytes on.
    static func gather(_ base: UnsafeRawPointer, stride: Int, width: Int, into target: UnsafeMutableRawPointer, count: Int) {
        for byte in 0..<width {
            let stream = (base + byte * stride).assumingMemoryBound(to: UInt8.self)
            let place = (target + byte).assumingMemoryBound(to: UInt8.self)
            for index in 0..<count { place[index &* width] = stream[index] }
        }
    }
}
