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
        count += 1
    }

    override func appendSlot(_ cursor: inout AvroCursor) {
        for index in 0..<members.count { members.appendSlot(index, &cursor) }
        count += 1
    }

    override func reserve(_ count: Int) { members.reserve(count) }

    override func take() -> Column {
        defer { count = 0 }
        return Column(.structure(fields), .structure(members.take(), count: count))
    }
}

final class AvroArrayDecoder: AvroDecoder, @unchecked Sendable {
    private let type: DataType
    private let item: AvroDecoder
    private let leastBytes: Int
    private var count: Int32 = 0
    private var offsets: [Int32] = [0]

    init(_ column: String, _ item: AvroType) {
        type = .list(item.column.type)
        self.item = item.decoder("\(column)[]")
        leastBytes = item.leastBytes
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        while case let run = cursor.itemCount(leastBytes: leastBytes), run > 0 {
            for _ in 0..<run where cursor.fault == nil {
                item.decode(&cursor)
                count += 1
            }
        }
        offsets.append(count)
    }

    override func appendSlot(_ cursor: inout AvroCursor) { offsets.append(count) }
    override func reserve(_ count: Int) { offsets.reserveCapacity(offsets.count + count) }

    override func take() -> Column {
        defer { (count, offsets) = (0, [0]) }
        return Column(type, .list(offsets: offsets, values: item.take()))
    }
}

final class AvroMapDecoder: AvroDecoder, @unchecked Sendable {
    private let type: DataType
    private let key: AvroBytesDecoder
    private let value: AvroDecoder
    private let leastBytes: Int
    private var count: Int32 = 0
    private var offsets: [Int32] = [0]

    init(_ column: String, _ value: AvroType) {
        type = .map(key: .string, value: value.column.type)
        key = AvroBytesDecoder(column, isText: true)
        self.value = value.decoder("\(column)[]")
        leastBytes = 1 + value.leastBytes
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        while case let run = cursor.itemCount(leastBytes: leastBytes), run > 0 {
            for _ in 0..<run where cursor.fault == nil {
                key.decode(&cursor)
                value.decode(&cursor)
                count += 1
            }
        }
        offsets.append(count)
    }

    override func appendSlot(_ cursor: inout AvroCursor) { offsets.append(count) }
    override func reserve(_ count: Int) { offsets.reserveCapacity(offsets.count + count) }

    override func take() -> Column {
        defer { (count, offsets) = (0, [0]) }
        return Column(type, .map(offsets: offsets, keys: key.take(), values: value.take()))
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
