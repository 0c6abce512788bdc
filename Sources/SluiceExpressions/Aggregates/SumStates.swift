import SluiceCore

/// A sum of floats with the error of each addition kept beside it (Neumaier 1974, doi:10.1002/zamm.19740540106, with Knuth's branch-free
/// two-sum): as good as if it had been added in twice the precision, so that the order of rows does not show.
struct FloatSum: BitwiseCopyable {
    var sum = 0.0
    var error = 0.0
    var count: Int64 = 0

    @inline(__always) mutating func add(_ value: Double) {
        let total = sum + value
        let part = total - sum
        error += (sum - (total - part)) + (value - part)
        sum = total
        count &+= 1
    }

    mutating func add(_ other: FloatSum) {
        guard other.count > 0 else { return }
        let counted = count + other.count
        add(other.sum)
        error += other.error
        count = counted
    }

    /// The rounded sum; infinities and NaN have no error.
    var value: Double { sum.isFinite && error.isFinite ? sum + error : sum }
}

/// A sum of integers in 128 bits, with carry.
struct ExactSum: BitwiseCopyable {
    var low: UInt64 = 0
    var high: Int64 = 0
    var count: Int64 = 0

    @inline(__always) mutating func add(_ value: Int64) {
        let (sum, carry) = low.addingReportingOverflow(UInt64(bitPattern: value))
        low = sum
        high &+= value &>> 63 &+ (carry ? 1 : 0)
        count &+= 1
    }

    /// - Returns: whether the sum left 128 bits.
    mutating func add(_ value: Int128, count more: Int64) -> Bool {
        let (sum, overflow) = self.value.addingReportingOverflow(value)
        low = UInt64(truncatingIfNeeded: sum)
        high = Int64(truncatingIfNeeded: sum >> 64)
        count += more
        return overflow
    }

    var value: Int128 { Int128(high) << 64 | Int128(low) }
}

/// `sum(x)`. Integers are added in 128 bits and checked at the end, so that the order of rows does not decide about an overflow.
struct SumState: AggregateState {
    let type: DataType
    private(set) var exact: [ExactSum] = []
    private(set) var floats: [FloatSum] = []
    /// Groups that left 128 bits.
    private var overflowed: Set<Int32> = []

    init(_ type: DataType) { self.type = type }

    mutating func resize(groups: Int) {
        if type == .float64 { floats.grow(to: groups, FloatSum()) } else { exact.grow(to: groups, ExactSum()) }
    }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument else { return }
        switch argument.storage {
        case .float64(let values):
            floats.withUnsafeMutableBufferPointer { sums in
                GroupLoops.forEachValue(values, argument.validity, groups) { sums[$0].add($1) }
            }
        case .int64(let values):
            exact.withUnsafeMutableBufferPointer { sums in
                GroupLoops.forEachValue(values, argument.validity, groups) { sums[$0].add($1) }
            }
        case .decimal(let values):
            for (row, group) in groups.enumerated() where !argument.isNull(row) { add(values[row], count: 1, group) }
        default: break
        }
    }

    private mutating func add(_ value: Int128, count: Int64, _ group: Int32) {
        if exact[Int(group)].add(value, count: count) { overflowed.insert(group) }
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? SumState else { preconditionFailure("states of different aggregates") }
        for (source, target) in zip(sources, targets) {
            if type == .float64 {
                floats[Int(target)].add(other.floats[Int(source)])
            } else {
                let sum = other.exact[Int(source)]
                add(sum.value, count: sum.count, target)
                if other.overflowed.contains(source) { overflowed.insert(target) }
            }
        }
    }

    func partial(of groups: [Int32]) -> [Column] {
        if type == .float64 {
            let sums = floats.taken(groups)
            return [.floats(sums.map(\.sum)), .floats(sums.map(\.error)), .integers(sums.map(\.count))]
        }
        let sums = exact.taken(groups)
        return [
            Column(.decimal(precision: DataType.maximumDecimalPrecision, scale: 0), .decimal(sums.map(\.value))),
            .integers(sums.map(\.count)), .booleans(Bitmap(groups.lazy.map { overflowed.contains($0) })),
        ]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) {
        if type == .float64 {
            let (sums, errors, counts) = (partial[0].doubles, partial[1].doubles, partial[2].int64s)
            for (row, group) in groups.enumerated() {
                floats[Int(group)].add(FloatSum(sum: sums[row], error: errors[row], count: counts[row]))
            }
            return
        }
        let (sums, counts, failed) = (partial[0].decimals, partial[1].int64s, partial[2].bits)
        for (row, group) in groups.enumerated() {
            add(sums[row], count: counts[row], group)
            if failed[row] { overflowed.insert(group) }
        }
    }

    func finish() -> Evaluated {
        if type == .float64 {
            return Evaluated(column: .floats(floats.map(\.value), validity: Bitmap(floats.lazy.map { $0.count > 0 })))
        }
        let validity = Bitmap(exact.lazy.map { $0.count > 0 })
        var errors = RowErrors()
        let limit = if case .decimal(let precision, _) = type { NumberText.powerOfTen(precision) } else { UInt128(Int64.max) + 1 }
        for (group, sum) in exact.enumerated() {
            let fits = type == .int64 ? sum.high == Int64(bitPattern: sum.low) >> 63 : sum.value.magnitude < limit
            if !fits || overflowed.contains(Int32(group)) { errors.add(RowError(.overflow, "the sum does not fit \(type)"), row: group) }
        }
        let column =
            type == .int64
            ? Column.integers(exact.map { Int64(bitPattern: $0.low) }, validity: validity)
            : Column(type, .decimal(exact.map(\.value)), validity: validity)
        return Evaluated(column: column.nulling(errors), errors: errors)
    }

    var byteCount: Int { exact.capacity * MemoryLayout<ExactSum>.stride + floats.capacity * MemoryLayout<FloatSum>.stride }
}

/// `avg(x)`: exact sums for integers and decimals, divided once at the end.
struct AverageState: AggregateState {
    private let argument: DataType
    private var sums: SumState

    init(_ argument: DataType) {
        self.argument = argument
        sums =
            if case .decimal(_, let scale) = argument {
                SumState(.decimal(precision: DataType.maximumDecimalPrecision, scale: scale))
            } else {
                SumState(argument == .float64 ? .float64 : .decimal(precision: DataType.maximumDecimalPrecision, scale: 0))
            }
    }

    mutating func resize(groups: Int) { sums.resize(groups: groups) }
    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) { sums.update(argument, groups: groups, at: place) }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? AverageState else { preconditionFailure("states of different aggregates") }
        sums.merge(other.sums, from: sources, into: targets, isLater: isLater)
    }

    func partial(of groups: [Int32]) -> [Column] { sums.partial(of: groups) }
    mutating func absorb(_ partial: [Column], groups: [Int32]) { sums.absorb(partial, groups: groups) }

    func finish() -> Evaluated {
        let total = sums.finish()
        let means: [Double]
        if argument == .float64 {
            means = sums.floats.map { $0.value / Double($0.count) }
        } else {
            let totals = FloatCasts.decimals(total.column.decimals, total.column.type)
            means = zip(totals, sums.exact).map { $0 / Double($1.count) }
        }
        return Evaluated(column: .floats(means, validity: total.column.validity), errors: total.errors)
    }

    var byteCount: Int { sums.byteCount }
}
