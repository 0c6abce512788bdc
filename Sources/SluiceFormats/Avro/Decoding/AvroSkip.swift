/// How to pass over values that nobody wants.
indirect enum AvroSkip: Sendable {
    case bytes(Int)
    case varint
    /// A length and that many bytes.
    case prefixed
    case items(AvroSkip, leastBytes: Int)
    case union([AvroSkip])
    case sequence([AvroSkip])

    init(_ type: AvroType) {
        switch type {
        case .null: self = .bytes(0)
        case .boolean: self = .bytes(1)
        case .float: self = .bytes(4)
        case .double: self = .bytes(8)
        case .fixed(let count, _): self = .bytes(count)
        case .int, .long, .enumeration: self = .varint
        case .bytes, .string: self = .prefixed
        case .array(let item): self = .items(AvroSkip(item), leastBytes: item.leastBytes)
        case .map(let value): self = .items(.sequence([.prefixed, AvroSkip(value)]), leastBytes: 1 + value.leastBytes)
        case .union(let branches): self = .union(branches.map(AvroSkip.init))
        case .record(let fields): self = .sequence(fields.map { AvroSkip($0.type) })
        }
    }

    func run(_ cursor: inout AvroCursor) {
        switch self {
        case .bytes(let count): _ = cursor.bytes(count)
        case .varint: _ = cursor.long()
        case .prefixed: _ = cursor.bytes()
        case .items(let item, let leastBytes):
            while case let count = cursor.itemCount(leastBytes: leastBytes), count > 0 {
                for _ in 0..<count where cursor.fault == nil { item.run(&cursor) }
            }
        case .union(let branches):
            let branch = cursor.long()
            if branch >= 0, branch < branches.count { branches[Int(branch)].run(&cursor) } else { cursor.fail(.union) }
        case .sequence(let parts):
            for part in parts { part.run(&cursor) }
        }
    }
}
