import SluiceCore

/// How a value of bytes becomes an element of a fixed width.
protocol BytesConversion {
    associatedtype Element: BitwiseCopyable

    /// The element; nil where the bytes do not fit.
    func element(_ bytes: ByteView) -> Element?
    /// What stands for a value that does not fit; its row is not used.
    var zero: Element { get }
    /// What is wrong with bytes that do not fit.
    func error(_ bytes: ByteView) -> RowError
}

extension BytesConversion {
    func error(_ bytes: ByteView) -> RowError { RowError(.valueDoesNotFit, "it does not fit") }
}

/// Byte arrays that stand for numbers: decimals, INT96, float16.
struct BytesNumberDecoder: ValueDecoder {
    /// Converts `count` values; `position` is that of the first in the caller's counting.
    typealias Convert = (
        _ source: UnsafePointer<ByteView>, _ target: UnsafeMutableRawPointer, _ count: Int, _ position: Int, _ misfits: inout Misfits
    ) -> Void

    private static let blockValues = 1_024

    let width: Int
    private let convert: Convert
    private var values: ByteValueDecoder
    private let views = Scratch<ByteView>()

    /// Inlined, so that the loop is made for the conversion's type.
    @inline(__always)
    init<Conversion: BytesConversion>(_ conversion: Conversion, length: Int?) {
        width = MemoryLayout<Conversion.Element>.stride
        values = ByteValueDecoder(length: length)
        convert = { source, target, count, position, misfits in
            let elements = target.assumingMemoryBound(to: Conversion.Element.self)
            for index in 0..<count {
                if let element = conversion.element(source[index]) {
                    elements[index] = element
                } else {
                    elements[index] = conversion.zero
                    misfits.add(position + index, conversion.error(source[index]))
                }
            }
        }
    }

    mutating func start(_ bytes: PageBytes, encoding: PageEncoding) throws(SluiceError) { try values.start(bytes, encoding: encoding) }

    mutating func read(into target: UnsafeMutableRawPointer, count: Int, misfits: inout Misfits) throws(SluiceError) {
        let views = views.room(Self.blockValues)
        for done in stride(from: 0, to: count, by: Self.blockValues) {
            let run = min(count - done, Self.blockValues)
            try values.read(into: views, count: run)
            convert(views, target + done * width, run, done, &misfits)
        }
    }

    mutating func skip(_ count: Int) throws(SluiceError) { try values.skip(count) }
}

/// Decimals in big-endian two's complement.
struct DecimalBytes: BytesConversion {
    private let largest: Int128
    private let precision: Int

    init(precision: Int) {
        self.precision = precision
        largest = Int128(NumberText.powerOfTen(precision)) - 1
    }

    var zero: Int128 { 0 }

    @inline(__always)
    func element(_ bytes: ByteView) -> Int128? {
        guard bytes.count > 0 else { return nil }
        var value: Int128
        if bytes.count == 16 {
            value = Int128(bigEndian: bytes.base.loadUnaligned(as: Int128.self))
        } else {
            value = Int128(bytes.base.load(as: Int8.self))
            let extra = bytes.count - 16
            for index in 1..<max(bytes.count, 1) {
                // Bytes beyond 16 may only repeat the sign.
                if index <= extra, value != 0 && value != -1 { return nil }
                value = value &<< 8 | Int128(bytes.base.load(fromByteOffset: index, as: UInt8.self))
            }
            if extra > 0, (value < 0) != (bytes.base.load(as: Int8.self) < 0) { return nil }
        }
        return value <= largest && value >= -largest ? value : nil
    }

    func error(_ bytes: ByteView) -> RowError {
        RowError(
            .valueDoesNotFit, "a decimal of \(bytes.count) bytes has no or more than \(precision) digits",
            stored: bytes.hexadecimal)
    }
}

/// IEEE 754 numbers of 16 bits, little-endian.
struct HalfFloat: BytesConversion {
    var zero: Float { 0 }

    @inline(__always)
    func element(_ bytes: ByteView) -> Float? {
        let bits = UInt32(UInt16(littleEndian: bytes.base.loadUnaligned(as: UInt16.self)))
        let sign = (bits & 0x8000) << 16
        let exponent = bits >> 10 & 0x1f
        let fraction = bits & 0x3ff
        switch exponent {
        case 0:
            // Zero and the subnormal numbers: multiples of 2^-24.
            let magnitude = Float(fraction) * 0x1p-24
            return Float(bitPattern: magnitude.bitPattern | sign)
        case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
