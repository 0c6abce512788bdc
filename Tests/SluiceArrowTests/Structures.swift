import CArrow
import SluiceArrow
import SluiceCore

/// A pair of the interface's structures, freed with the last reference; what is in them at the end is released.
final class Structures {
    let schema = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
    let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)

    init() {
        schema.initialize(to: ArrowSchema())
        array.initialize(to: ArrowArray())
    }

    convenience init(_ column: Column, name: String = "c") {
        self.init()
        column.exportArrow(as: Field(name, column.type), schema: schema, array: array)
    }

    func imported() throws(SluiceError) -> Column { try Column.importArrow(schema: schema, array: array).column }

    deinit {
        schema.pointee.release?(schema)
        array.pointee.release?(array)
        schema.deallocate()
        array.deallocate()
    }
}

/// An array as another program could make it: a format and plain bytes for buffers. It counts how often it is released.
final class ForeignArray {
    let structures = Structures()
    private(set) var releases = 0
    private var memory: [UnsafeMutableRawPointer] = []
    private var children: [ForeignArray] = []
    private var dictionary: ForeignArray?

    init(
        _ format: String, length: Int, nullCount: Int = -1, offset: Int = 0, buffers: [[UInt8]?], children: [ForeignArray] = [],
        dictionary: ForeignArray? = nil
    ) {
        self.children = children
        self.dictionary = dictionary
        let pointers = allocate(UnsafeRawPointer?.self, buffers.count)
        for (index, bytes) in buffers.enumerated() {
            guard let bytes else {
                pointers[index] = nil
                continue
            }
            let buffer = allocate(UInt8.self, bytes.count + 16)
            for (place, byte) in bytes.enumerated() { buffer[place] = byte }
            pointers[index] = UnsafeRawPointer(buffer)
        }
        let text = allocate(CChar.self, format.utf8.count + 1)
        for (place, byte) in (Array(format.utf8) + [0]).enumerated() { text[place] = CChar(bitPattern: byte) }
        let schemas = allocate(UnsafeMutablePointer<ArrowSchema>?.self, children.count)
        let arrays = allocate(UnsafeMutablePointer<ArrowArray>?.self, children.count)
        for (index, child) in children.enumerated() {
            schemas[index] = child.structures.schema
            arrays[index] = child.structures.array
        }
        let owner = Unmanaged.passUnretained(self).toOpaque()
        structures.schema.pointee = ArrowSchema(
            format: text, name: nil, metadata: nil, flags: 2, n_children: Int64(children.count), children: schemas,
            dictionary: dictionary?.structures.schema, release: { $0?.pointee.release = nil }, private_data: nil)
        structures.array.pointee = ArrowArray(
            length: Int64(length), null_count: Int64(nullCount), offset: Int64(offset), n_buffers: Int64(buffers.count),
            n_children: Int64(children.count), buffers: pointers, children: arrays, dictionary: dictionary?.structures.array,
            release: { array in
                guard let owner = array?.pointee.private_data else { return }
                Unmanaged<ForeignArray>.fromOpaque(owner).takeUnretainedValue().releases += 1
                array?.pointee.release = nil
            }, private_data: owner)
    }

    private func allocate<Element>(_: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
        let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
        memory.append(UnsafeMutableRawPointer(pointer))
        return pointer
    }

    func imported() throws(SluiceError) -> Column { try structures.imported() }

    deinit { for pointer in memory { pointer.deallocate() } }
}

/// The bytes of fixed-width values.
func bytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
