import CArrow
import SluiceCore

/// What a released `ArrowArray` gives back: it holds the Swift arrays whose memory the reader sees.
private final class ArrayOwner {
    private var arrays: [any Sendable] = []
    let buffers: UnsafeMutableBufferPointer<UnsafeRawPointer?>
    let children: UnsafeMutableBufferPointer<UnsafeMutablePointer<ArrowArray>?>
    var dictionary: UnsafeMutablePointer<ArrowArray>?
    private var bufferCount = 0

    init(bufferCount: Int, childCount: Int) {
        buffers = .allocate(capacity: bufferCount)
        children = .allocate(capacity: childCount)
    }

    /// Adds the memory of an array as the next buffer, without a copy.
    ///
    /// The elements of a native array stay where they are as long as somebody holds the array and nobody changes it; the owner holds it, and
    /// who else holds it would copy it before a change.
    func add<Element: BitwiseCopyable & Sendable>(_ array: [Element]) {
        arrays.append(array)
        add(array.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) })
    }

    func add(_ pointer: UnsafeRawPointer?) {
        buffers.initializeElement(at: bufferCount, to: pointer)
        bufferCount += 1
    }

    deinit {
        buffers.deallocate()
        for child in children { child.map(Self.free) }
        children.deallocate()
        dictionary.map(Self.free)
    }

    private static func free(_ array: UnsafeMutablePointer<ArrowArray>) {
        array.pointee.release?(array)
        array.deallocate()
    }
}

enum ArrayExport {
    /// Fills in an array that its reader releases; buffers are shared, not copied.
    static func fill(_ target: UnsafeMutablePointer<ArrowArray>, _ column: Column) {
        let children = SchemaExport.childColumns(column)
        let bufferCount = bufferCount(column)
        let owner = ArrayOwner(bufferCount: bufferCount, childCount: children.count)
        for (index, child) in children.enumerated() {
            let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
            fill(array, child)
            owner.children.initializeElement(at: index, to: array)
        }
        if case .dictionary(_, let values) = column.storage {
            let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
            fill(array, Column(column.type, .bytes(values)))
            owner.dictionary = array
        }
        // Neither a column of nulls nor a union has a bitmap.
        let hasBitmap = column.type != .null && !column.type.isChoice
        if hasBitmap { if let validity = column.validity { owner.add(validity.words) } else { owner.add(nil) } }
        addValues(column, owner)
        target.initialize(
            to: ArrowArray(
                length: Int64(column.count), null_count: column.type.isChoice ? 0 : Int64(column.nullCount), offset: 0,
                n_buffers: Int64(bufferCount), n_children: Int64(children.count),
                buffers: bufferCount == 0 ? nil : owner.buffers.baseAddress, children: children.isEmpty ? nil : owner.children.baseAddress,
                dictionary: owner.dictionary, release: release, private_data: Unmanaged.passRetained(owner).toOpaque()))
    }

    /// Buffers by layout (Arrow specification, "Buffer Listing for Each Layout").
    private static func bufferCount(_ column: Column) -> Int {
        switch column.storage {
        case .null: 0
        case .structure, .choice: 1
        case .bytes: 3
        default: 2
        }
    }

    private static func addValues(_ column: Column, _ owner: ArrayOwner) {
        switch column.storage {
        case .null, .structure: break
        case .boolean(let bits): owner.add(bits.words)
        case .int8(let values): owner.add(values)
        case .int16(let values): owner.add(values)
        case .int32(let values): owner.add(values)
        case .int64(let values): owner.add(values)
        case .float32(let values): owner.add(values)
        case .float64(let values): owner.add(values)
        case .decimal(let values): owner.add(values)
        case .bytes(let rows):
            owner.add(rows.offsets)
            owner.add(rows.data)
        case .dictionary(let codes, _): owner.add(codes)
        case .list(let offsets, _): owner.add(offsets)
        case .map(let offsets, _, _): owner.add(offsets)
        case .choice(let tags, _): owner.add(tags)
        }
    }

    private static let release: @convention(c) (UnsafeMutablePointer<ArrowArray>?) -> Void = { array in
        guard let array, array.pointee.release != nil, let owner = array.pointee.private_data else { return }
        array.pointee.release = nil
        Unmanaged<ArrayOwner>.fromOpaque(owner).release()
    }
}
