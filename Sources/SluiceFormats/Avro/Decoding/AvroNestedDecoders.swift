import SluiceCore

/// Records within records.
final class AvroStructDecoder: AvroDecoder, @unchecked Sendable {
    private let fields: [Field]
    private let members: AvroDecoderList
    private var count = 0

    init(_ column: String, _ fields: [AvroField]) {
        self.fields = fields.map(\.column)
        members = AvroDecoderList(fields.map { $0.type.decoder("\(column).\($0.name)") })
        super.init(column)
    }

    override var slotCount: Int { members.slotCount + 1 }

    override func decode(_ cursor: inout AvroCursor) {
        members.decodeEach(&cursor)
        count &+= 1
    }

    override func appendSlot(_ cursor: inout AvroCursor) {
        for index in 0..<members.count { members.appendSlot(index, &cursor) }
        count &+= 1
    }

    override func reserve(_ count: Int) { members.reserve(count) }

    override func take() -> Column {
        defer { count = 0 }
        return Column(.structure(fields), .structure(members.take(), count: count))
    }
}

/// Arrays, and maps where there are keys.
final class AvroItemsDecoder: AvroDecoder, @unchecked Sendable {
    private let type: DataType
    private let isMap: Bool
    /// What each item is read with: the key, where there is one, and the value.
    private let parts: AvroDecoderList
    private let leastBytes: Int
    private let ends = AvroBuffer<Int32>()
    private var itemCount: Int32 = 0

    init(_ column: String, array item: AvroType) {
        type = .list(item.column.type)
        isMap = false
        parts = AvroDecoderList([item.decoder("\(column)[]")])
        leastBytes = item.leastBytes
        super.init(column)
    }

    init(_ column: String, map value: AvroType) {
        type = .map(key: .string, value: value.column.type)
        isMap = true
        parts = AvroDecoderList([AvroBytesDecoder(column, isText: true), value.decoder("\(column)[]")])
        leastBytes = 1 + value.leastBytes
        super.init(column)
    }

    deinit { ends.free() }

    override func decode(_ cursor: inout AvroCursor) {
        var count = itemCount
        while case let run = cursor.itemCount(leastBytes: leastBytes), run > 0 {
            for _ in 0..<run where cursor.fault == nil {
                parts.decodeEach(&cursor)
                count &+= 1
            }
        }
        itemCount = count
        ends.append(count)
    }

    override func appendSlot(_ cursor: inout AvroCursor) { ends.append(itemCount) }
    override func reserve(_ count: Int) { ends.reserve(count) }

    override func take() -> Column {
        defer { itemCount = 0 }
        let offsets = [0] + ends.take()
        let columns = parts.take()
        guard isMap else { return Column(type, .list(offsets: offsets, values: columns[0])) }
        return Column(type, .map(offsets: offsets, keys: columns[0], values: columns[1]))
    }
}

/// Passes over values.
final class AvroSkipDecoder: AvroDecoder, @unchecked Sendable {
    private let skip: AvroSkip

    init(_ type: AvroType) {
        skip = AvroSkip(type)
        super.init("")
    }

    override func decode(_ cursor: inout AvroCursor) { skip.run(&cursor) }
    override func appendSlot(_ cursor: inout AvroCursor) {}
    override func take() -> Column { Column(.null, .null(0)) }
}
