import SluiceCore

/// `min(x)` and `max(x)` of numbers, times and booleans: each value is mapped to an integer that orders as it does.
struct ExtremeState: AggregateState {
    private struct Best: BitwiseCopyable {
        /// Greater is better, for the minimum too: its bits are turned over.
        var key: Int64
        var isThere: Bool
    }

    private struct WideBest: BitwiseCopyable {
        var key: Int128
        var isThere: Bool
    }

    let type: DataType
    /// All ones for the minimum.
    private let flip: Int64
    private var best: [Best] = []
    private var wideBest: [WideBest] = []

    init(_ type: DataType, takesGreater: Bool) {
        self.type = type
        flip = takesGreater ? 0 : -1
    }

    /// Whether this state can hold the type.
    static func takes(_ type: DataType) -> Bool { type.isNumeric || type.isTemporal || type == .boolean }

    mutating func resize(groups: Int) {
        if type.isDecimal {
            wideBest.grow(to: groups, WideBest(key: .min, isThere: false))
        } else {
            best.grow(to: groups, Best(key: .min, isThere: false))
        }
    }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument else { return }
        let validity = argument.validity
        switch argument.storage {
        case .int8(let values): take(values, validity, groups) { Int64($0) }
        case .int16(let values): take(values, validity, groups) { Int64($0) }
        case .int32(let values): take(values, validity, groups) { Int64($0) }
        case .int64(let values): take(values, validity, groups) { $0 }
        case .float32(let values): take(values, validity, groups) { Self.key(Double($0)) }
        case .float64(let values): take(values, validity, groups) { Self.key($0) }
        case .boolean(let bits): take((0..<bits.count).map { bits[$0] }, validity, groups) { $0 ? 1 : 0 }
        case .decimal(let values):
            let flip = Int128(flip)
            wideBest.withUnsafeMutableBufferPointer { best in
                GroupLoops.forEachValue(values, validity, groups) { group, value in
                    best[group] = WideBest(key: max(best[group].key, value ^ flip), isThere: true)
                }
            }
        default: break
        }
    }

    @inline(__always)
    private mutating func take<Element>(_ values: [Element], _ validity: Bitmap?, _ groups: [Int32], _ key: (Element) -> Int64) {
        let flip = flip
        best.withUnsafeMutableBufferPointer { best in
            GroupLoops.forEachValue(values, validity, groups) { group, value in
                best[group] = Best(key: max(best[group].key, key(value) ^ flip), isThere: true)
            }
        }
    }

    /// An integer that orders as the number: NaN is greatest, and -0 comes before 0.
    @inline(__always)
    private static func key(_ value: Double) -> Int64 {
        let bits = Int64(bitPattern: (value.isNaN ? Double.nan : value).bitPattern)
        return bits ^ (bits &>> 63 & .max)
    }

    private static func float(_ key: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: key ^ (key >> 63 & .max))) }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? ExtremeState else { preconditionFailure("states of different aggregates") }
        absorb(other.partial(of: sources), groups: targets)
    }

    func partial(of groups: [Int32]) -> [Column] {
        type.isDecimal ? [column(wideBest.taken(groups))] : [column(best.taken(groups))]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) { update(partial[0], groups: groups, at: .start) }

    func finish() -> Evaluated { Evaluated(column: type.isDecimal ? column(wideBest) : column(best)) }

    private func column(_ best: [WideBest]) -> Column {
        Column(
            type, .decimal(best.map { $0.isThere ? $0.key ^ Int128(flip) : 0 }), validity: Bitmap(best.lazy.map(\.isThere)))
    }

    private func column(_ best: [Best]) -> Column {
        let keys = best.lazy.map { $0.isThere ? $0.key ^ flip : 0 }
        let storage: Column.Storage =
            switch type {
            case .boolean: .boolean(Bitmap(keys.map { $0 != 0 }))
            case .int8: .int8(keys.map { Int8(truncatingIfNeeded: $0) })
            case .int16: .int16(keys.map { Int16(truncatingIfNeeded: $0) })
            case .int32, .date: .int32(keys.map { Int32(truncatingIfNeeded: $0) })
            case .float32: .float32(keys.map { Float(Self.float($0)) })
            case .float64: .float64(keys.map { Self.float($0) })
            default: .int64(Array(keys))
            }
        return Column(type, storage, validity: Bitmap(best.lazy.map(\.isThere)))
    }

    var byteCount: Int { best.capacity * MemoryLayout<Best>.stride + wideBest.capacity * MemoryLayout<WideBest>.stride }
}
