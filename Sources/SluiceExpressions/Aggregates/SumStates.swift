import SluiceCore

/// `sum(x)`. Integers are added in 128 bits and checked at the end, so that the order of rows does not decide about an overflow.
struct SumState: AggregateState {
    let type: DataType
    private var exact: [Int128] = []
    private var floats: [Double] = []
    /// Groups that have a value.
    private var seen: [Bool] = []
    /// Groups that left 128 bits.
    private var overflowed: Set<Int> = []

    init(_ type: DataType) { self.type = type }

    mutating func resize(groups: Int) {
        if type == .float64 { floats.grow(to: groups, 0) } else { exact.grow(to: groups, 0) }
        seen.grow(to: groups, false)
    }

    mutating func update(_ argument: Column?, groups: [Int32]) {
        guard let argument else { return }
        switch argument.storage {
        case .float64(let values):
            for (row, group) in groups.enumerated() where !argument.isNull(row) {
                floats[Int(group)] += values[row]
                seen[Int(group)] = true
            }
        case .int64(let values):
            for (row, group) in groups.enumerated() where !argument.isNull(row) {
                exact[Int(group)] &+= Int128(values[row])
                seen[Int(group)] = true
            }
        case .decimal(let values):
            for (row, group) in groups.enumerated() where !argument.isNull(row) { add(values[row], Int(group)) }
        default: break
        }
    }

    private mutating func add(_ value: Int128, _ group: Int) {
        let (sum, overflow) = exact[group].addingReportingOverflow(value)
        exact[group] = sum
        seen[group] = true
        if overflow { overflowed.insert(group) }
    }

    mutating func merge(_ other: any AggregateState, mapping: [Int32]) {
        guard let other = other as? SumState else { preconditionFailure("states of different aggregates") }
        for (group, target) in mapping.enumerated() where other.seen[group] {
            if type == .float64 { floats[Int(target)] += other.floats[group] } else { add(other.exact[group], Int(target)) }
            seen[Int(target)] = true
            if other.overflowed.contains(group) { overflowed.insert(Int(target)) }
        }
    }

    func finish() -> Evaluated {
        let validity = Bitmap(seen)
        if type == .float64 { return Evaluated(column: .floats(floats, validity: validity)) }
        var errors = RowErrors()
        let limit = if case .decimal(let precision, _) = type { NumberText.powerOfTen(precision) } else { UInt128(Int64.max) + 1 }
        for (group, sum) in exact.enumerated() {
            let fits = type == .int64 ? Int64(exactly: sum) != nil : sum.magnitude < limit
            if !fits || overflowed.contains(group) { errors.add(RowError(.overflow, "the sum does not fit \(type)"), row: group) }
        }
        let column =
            type == .int64
            ? Column.integers(exact.map { Int64(truncatingIfNeeded: $0) }, validity: validity)
            : Column(type, .decimal(exact), validity: validity)
        return Evaluated(column: column.nulling(errors), errors: errors)
    }

    var byteCount: Int { exact.count * 16 + floats.count * 8 + seen.count }
}

/// `avg(x)`: exact sums for integers and decimals, divided once at the end.
struct AverageState: AggregateState {
    private let argument: DataType
    private var sums: SumState
    private var counts = CountState(countsAll: false)

    init(_ argument: DataType) {
        self.argument = argument
        sums =
            if case .decimal(_, let scale) = argument {
                SumState(.decimal(precision: DataType.maximumDecimalPrecision, scale: scale))
            } else {
                SumState(argument == .float64 ? .float64 : .decimal(precision: DataType.maximumDecimalPrecision, scale: 0))
            }
    }

    mutating func resize(groups: Int) {
        sums.resize(groups: groups)
        counts.resize(groups: groups)
    }

    mutating func update(_ argument: Column?, groups: [Int32]) {
        sums.update(argument, groups: groups)
        counts.update(argument, groups: groups)
    }

    mutating func merge(_ other: any AggregateState, mapping: [Int32]) {
        guard let other = other as? AverageState else { preconditionFailure("states of different aggregates") }
        sums.merge(other.sums, mapping: mapping)
        counts.merge(other.counts, mapping: mapping)
    }

    func finish() -> Evaluated {
        let total = sums.finish()
        let totals = argument == .float64 ? total.column.doubles : FloatCasts.decimals(total.column.decimals, total.column.type)
        let means = zip(totals, counts.finish().column.int64s).map { $0 / Double($1) }
        return Evaluated(column: .floats(means, validity: total.column.validity), errors: total.errors)
    }

    var byteCount: Int { sums.byteCount + counts.byteCount }
}
