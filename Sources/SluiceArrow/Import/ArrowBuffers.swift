import CArrow
import Glibc
import SluiceCore

/// The buffers of one array of another program, for a range of its rows.
///
/// How long a buffer is, the interface does not say; what it does say (counts, offsets within one another) is checked.
struct ArrowBuffers {
    let array: ArrowArray
    let path: String
    /// First row in the buffers.
    let start: Int
    let count: Int

    /// - Parameter start: from the array's own first row.
    init(_ array: UnsafePointer<ArrowArray>, start: Int, count: Int?, path: String) throws(SluiceError) {
        let array = array.pointee
        guard array.release != nil else { throw ArrowNode.broken(path, "the array has been released") }
        guard array.length >= 0, array.offset >= 0, array.n_buffers >= 0, array.n_children >= 0 else {
            throw ArrowNode.broken(
                path, "length \(array.length), offset \(array.offset), \(array.n_buffers) buffers, \(array.n_children) children")
        }
        let count = count ?? Int(array.length)
        guard count <= ArrowLimits.rows, array.offset <= Int64.max - array.length else {
            throw SluiceError(.limitExceeded, "\(ArrowNode.shown(path)) has more than \(ArrowLimits.rows) rows")
        }
        guard start <= Int(array.length), count <= Int(array.length) - start else {
            throw ArrowNode.broken(path, "\(array.length) rows where \(start) and \(count) more belong")
        }
        self.array = array
        self.path = path
        self.start = Int(array.offset) + start
        self.count = count
    }

    func require(buffers: Int) throws(SluiceError) {
        guard array.n_buffers == buffers, buffers == 0 || array.buffers != nil else {
            throw ArrowNode.broken(path, "\(array.n_buffers) buffers where \(buffers) belong")
        }
    }

    /// A buffer that may be missing.
    func optional(_ index: Int) -> UnsafeRawPointer? { array.buffers[index] }

    func pointer(_ index: Int) throws(SluiceError) -> UnsafeRawPointer {
        guard let pointer = array.buffers[index] else { throw ArrowNode.broken(path, "buffer \(index) is missing") }
        return pointer
    }

    func child(_ index: Int) throws(SluiceError) -> UnsafePointer<ArrowArray> {
        guard index < array.n_children, let child = array.children?[index] else {
            throw ArrowNode.broken(path, "child \(index) is missing")
        }
        return UnsafePointer(child)
    }

    /// Nil where no row is null.
    func validity() throws(SluiceError) -> Bitmap? {
        guard array.null_count != 0, array.n_buffers > 0, count > 0, let bits = optional(0) else { return nil }
        return Self.bits(bits, start, count)
    }

    func bits(_ index: Int) throws(SluiceError) -> Bitmap { count == 0 ? Bitmap() : Self.bits(try pointer(index), start, count) }

    private static func bits(_ bytes: UnsafeRawPointer, _ start: Int, _ count: Int) -> Bitmap {
        let shift = start & 7
        var words = [UInt64](repeating: 0, count: (shift + count + 63) / 64)
        words.withUnsafeMutableBytes {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes + start / 8, count: (shift + count + 7) / 8))
        }
        return Bitmap(words: words, count: shift + count).slice(shift..<(shift + count))
    }

    /// The rows of a buffer of fixed-width values, which need not be aligned.
    func values<Element: BitwiseCopyable>(_ index: Int, of _: Element.Type = Element.self) throws(SluiceError) -> [Element] {
        if count == 0 { return [] }
        let source = try pointer(index) + start * MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { target, initialized in
            memcpy(target.baseAddress!, source, count * MemoryLayout<Element>.stride)
            initialized = count
        }
    }

    /// Where the values of the rows start below, and their offsets from there.
    func offsets(_ index: Int, isLarge: Bool) throws(SluiceError) -> (first: Int, offsets: [Int32]) {
        if count == 0 { return (0, [0]) }
        let source = try pointer(index)
        func offset(_ row: Int) -> Int64 {
            isLarge
                ? source.loadUnaligned(fromByteOffset: (start + row) * 8, as: Int64.self)
                : Int64(source.loadUnaligned(fromByteOffset: (start + row) * 4, as: Int32.self))
        }
        let first = offset(0)
        var last = first
        var result: [Int32] = []
        result.reserveCapacity(count + 1)
        guard first >= 0 else { throw ArrowNode.broken(path, "offset \(first) is negative") }
        for row in 0...count {
            let next = offset(row)
            guard next >= last else { throw ArrowNode.broken(path, "offset \(next) stands behind \(last)") }
            guard next - first <= ArrowLimits.rows else {
                throw SluiceError(
                    .limitExceeded, "the rows of \(ArrowNode.shown(path)) take more than 2 GiB", remedy: "hand it over in smaller batches")
            }
            result.append(Int32(next - first))
            last = next
        }
        return (Int(first), result)
    }
}
