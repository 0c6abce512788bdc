import SluiceCore

/// Unions of one type, with or without null.
final class AvroNullableDecoder: AvroDecoder, @unchecked Sendable {
    private let inner: AvroDecoder
    private let call: Unmanaged<AvroDecoder>
    private let slots: Int
    private let branchCount: Int64
    private let valueBranch: Int64
    private let validity = AvroFlags()

    /// - Parameter branches: One of them is not null.
    init(_ column: String, _ branches: [AvroType]) {
        let value = branches.firstIndex { $0 != .null } ?? 0
        inner = branches[value].decoder(column)
        call = Unmanaged.passUnretained(inner)
        slots = inner.slotCount
        branchCount = Int64(branches.count)
        valueBranch = Int64(value)
        super.init(column)
    }

    deinit { validity.free() }

    override var slotCount: Int { slots }

    override func decode(_ cursor: inout AvroCursor) {
        let branch = cursor.long()
        if branch == valueBranch {
            call._withUnsafeGuaranteedRef { $0.decode(&cursor) }
            validity.append(true)
        } else {
            if branch < 0 || branch >= branchCount { cursor.fail(.union) }
            cursor.takeSlots(slots)
            appendSlot(&cursor)
        }
    }

    override func appendSlot(_ cursor: inout AvroCursor) {
        call._withUnsafeGuaranteedRef { $0.appendSlot(&cursor) }
        validity.append(false)
    }

    override func reserve(_ count: Int) {
        inner.reserve(count)
        validity.reserve(count)
    }

    override func take() -> Column {
        let column = inner.take()
        return Column(column.type, column.storage, validity: validity.take())
    }
}

/// Unions of nothing but null.
final class AvroNullUnionDecoder: AvroDecoder, @unchecked Sendable {
    private let branches: Int
    private var count = 0

    init(_ column: String, branches: Int) {
        self.branches = branches
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        let branch = cursor.long()
        if branch < 0 || branch >= branches { cursor.fail(.union) }
        count += 1
    }

    override func appendSlot(_ cursor: inout AvroCursor) { count += 1 }

    override func take() -> Column {
        defer { count = 0 }
        return Column(.null, .null(count))
    }
}

/// Unions of several types: a choice, or one type where several are one for Sluice.
final class AvroChoiceDecoder: AvroDecoder, @unchecked Sendable {
    /// What a branch is read with, and which alternative of the choice it is.
    private struct Branch {
        let decoder: Int
        let alternative: Int
    }

    private let type: DataType
    private let alternatives: [DataType]
    private let decoders: AvroDecoderList
    private let owners: [Int]
    /// By number in the union; nil for null.
    private let branches: [Branch?]
    private let slots: Int
    private let tags = AvroBuffer<UInt8>()
    private let validity = AvroFlags()

    init(_ column: String, _ types: [AvroType], _ type: DataType) {
        self.type = type
        alternatives = AvroType.alternatives(of: types)
        var decoders: [AvroDecoder] = []
        var owners: [Int] = []
        var branches: [Branch?] = []
        for type in types {
            guard type != .null else {
                branches.append(nil)
                continue
            }
            let alternative = alternatives.firstIndex(of: type.column.type) ?? 0
            branches.append(Branch(decoder: decoders.count, alternative: alternative))
            decoders.append(type.decoder(column))
            owners.append(alternative)
        }
        self.decoders = AvroDecoderList(decoders)
        self.owners = owners
        self.branches = branches
        slots = self.decoders.slotCount
        super.init(column)
    }

    deinit {
        tags.free()
        validity.free()
    }

    override var slotCount: Int { slots + 1 }

    override func decode(_ cursor: inout AvroCursor) {
        let number = cursor.long()
        guard number >= 0, number < branches.count, cursor.fault == nil else {
            cursor.fail(.union)
            appendSlot(&cursor)
            return
        }
        cursor.takeSlots(slots)
        guard let branch = branches[Int(number)] else {
            appendSlot(&cursor)
            return
        }
        for index in 0..<decoders.count {
            if index == branch.decoder { decoders.decode(index, &cursor) } else { decoders.appendSlot(index, &cursor) }
        }
        tags.append(UInt8(truncatingIfNeeded: branch.decoder))
        validity.append(true)
    }

    override func appendSlot(_ cursor: inout AvroCursor) {
        for index in 0..<decoders.count { decoders.appendSlot(index, &cursor) }
        validity.append(false)
        tags.append(0)
    }

    override func reserve(_ count: Int) { decoders.reserve(count) }

    override func take() -> Column {
        let columns = decoders.take()
        let tags = tags.take()
        let validity = validity.take()
        let merged = alternatives.indices.map { column(of: $0, columns, tags) }
        if merged.count == 1 { return Column(type, merged[0].storage, validity: validity) }
        let alternativeTags = tags.map { UInt8(truncatingIfNeeded: owners[Int($0)]) }
        return Column(type, .choice(tags: alternativeTags, alternatives: merged), validity: validity)
    }

    /// The column of one alternative; where several branches are of its type, each row from the branch that it came in.
    private func column(of alternative: Int, _ columns: [Column], _ tags: [UInt8]) -> Column {
        let sources = owners.indices.filter { owners[$0] == alternative }
        if sources.count == 1 { return columns[sources[0]] }
        let together = Column.concatenated(sources.map { columns[$0] })
        let starts = Dictionary(uniqueKeysWithValues: sources.enumerated().map { ($1, $0 * tags.count) })
        return together.gather(tags.enumerated().map { row, tag in Int32(truncatingIfNeeded: (starts[Int(tag)] ?? 0) + row) })
    }
}
