package import SluiceCore

/// Casts of whole columns, from buffer to buffer.
///
/// A value that does not fit the target without loss fails its row (`valueDoesNotFit`, with the value quoted); nothing is rounded, cut or
/// trimmed, with one exception that SQL has too: a timestamp cast to a date loses its time of day.
package enum CastKernel {
    /// The column in another type; a failed row is null and has an error.
    ///
    /// - Precondition: `column.type.casts(to: type)`.
    package static func cast(_ column: Column, to type: DataType) -> Evaluated {
        var failures = Failures()
        let result = convert(column.flattened, to: type, &failures)
        return Evaluated(column: result.nulling(failures.errors), errors: failures.errors)
    }

    /// As `cast`; failed rows of the result may hold anything.
    static func convert(_ column: Column, to type: DataType, _ failures: inout Failures) -> Column {
        if column.type == type { return column }
        if column.type == .null { return .nulls(type, count: column.count) }
        if case .choice(let types) = type { return ChoiceCasts.widened(column, to: types) }
        if column.type.isChoice { return ChoiceCasts.resolved(column, to: type, &failures) }
        switch type {
        case .string: return TextCasts.written(column)
        case .boolean: return toBoolean(column, &failures)
        case .int8: return toInteger(column, type, &failures) { (values: [Int8]) in .int8(values) }
        case .int16: return toInteger(column, type, &failures) { (values: [Int16]) in .int16(values) }
        case .int32: return toInteger(column, type, &failures) { (values: [Int32]) in .int32(values) }
        case .int64: return toInteger(column, type, &failures) { (values: [Int64]) in .int64(values) }
        case .float32, .float64: return FloatCasts.toFloat(column, type, &failures)
        case .decimal(let precision, let scale): return DecimalCasts.toDecimal(column, precision, scale, &failures)
        case .date: return TimeCasts.toDate(column, &failures)
        case .timestamp(let zoned): return TimeCasts.toTimestamp(column, zoned: zoned, &failures)
        case .list(let element): return toList(column, element, &failures)
        case .structure(let fields): return toStructure(column, fields, &failures)
        case .map(let key, let value): return toMap(column, key, value, &failures)
        case .binary: return Column(.binary, column.storage, validity: column.validity)
        case .null, .choice: return .nulls(.null, count: column.count)
        }
    }

    /// Reports a value that does not fit.
    @inline(never)
    static func refuse(_ column: Column, _ row: Int, _ type: DataType, _ failures: inout Failures) {
        let value = column[row]
        let shown = if case .string(let text) = value { text.quotedForMessage } else { value.description.quotedForMessage }
        let reason =
            switch (value, type) {
            case (.string, _): "\(shown) is not a valid \(type)"
            case (.float, _) where type.isInteger: "\(shown) has a fraction or is out of range for \(type)"
            default: "\(shown) does not fit \(type)"
            }
        failures.add(row, .valueDoesNotFit, reason)
    }

    // MARK: Booleans

    private static func toBoolean(_ column: Column, _ failures: inout Failures) -> Column {
        var bits = Bitmap(repeating: false, count: column.count)
        for row in 0..<column.count where !column.isNull(row) {
            let truth: Bool? =
                if case .bytes(let rows) = column.storage { rows.withRow(row, TextCasts.boolean) } else {
                    switch column[row] {
                    case .integer(0): false
                    case .integer(1): true
                    default: nil
                    }
                }
            guard let truth else {
                refuse(column, row, .boolean, &failures)
                continue
            }
            if truth { bits[row] = true }
        }
        return .booleans(bits, validity: column.validity)
    }

    // MARK: Integers

    private static func toInteger<Target: FixedWidthInteger & SignedInteger>(
        _ column: Column, _ type: DataType, _ failures: inout Failures, _ storage: ([Target]) -> Column.Storage
    ) -> Column {
        let values: [Target] =
            switch column.storage {
            case .boolean(let bits): (0..<bits.count).map { bits[$0] ? 1 : 0 }
            case .int8(let source): narrowed(source, column, type, &failures)
            case .int16(let source): narrowed(source, column, type, &failures)
            case .int32(let source): narrowed(source, column, type, &failures)
            case .int64(let source): narrowed(source, column, type, &failures)
            case .float32(let source): checked(source, column, type, &failures) { Target(exactly: $0) }
            case .float64(let source): checked(source, column, type, &failures) { Target(exactly: $0) }
            case .decimal(let source): unscaled(source, column, type, &failures)
            case .bytes(let rows):
                rows.withReader { reader in
                    checkedRows(column, type, &failures) { NumberText.integer(reader[$0]).flatMap { Target(exactly: $0) } }
                }
            default: preconditionFailure("\(column.type) is not cast to \(type)")
            }
        return Column(type, storage(values), validity: column.validity)
    }

    /// A loop without branches for values; the check is done once for all, and again row by row only where it failed.
    private static func narrowed<Source: FixedWidthInteger & SignedInteger, Target: FixedWidthInteger & SignedInteger>(
        _ source: [Source], _ column: Column, _ type: DataType, _ failures: inout Failures
    ) -> [Target] {
        let values = source.map { Target(truncatingIfNeeded: $0) }
        if Target.bitWidth >= Source.bitWidth { return values }
        for row in values.indices where Source(truncatingIfNeeded: values[row]) != source[row] && !column.isNull(row) {
            refuse(column, row, type, &failures)
        }
        return values
    }

    private static func unscaled<Target: FixedWidthInteger & SignedInteger>(
        _ source: [Int128], _ column: Column, _ type: DataType, _ failures: inout Failures
    ) -> [Target] {
        guard case .decimal(_, let scale) = column.type else { return [] }
        let power = DecimalKernels.power(scale)
        return checked(source, column, type, &failures) { value in
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: power)
            return remainder == 0 ? Target(exactly: quotient) : nil
        }
    }

    /// Converts each value that is not null; those for which `convert` has no answer fail.
    @inline(__always)
    static func checked<Source, Target: AdditiveArithmetic>(
        _ source: [Source], _ column: Column, _ type: DataType, _ failures: inout Failures, _ convert: (Source) -> Target?
    ) -> [Target] {
        source.withUnsafeBufferPointer { values in checkedRows(column, type, &failures) { convert(values[$0]) } }
    }

    @inline(__always)
    static func checkedRows<Target: AdditiveArithmetic>(
        _ column: Column, _ type: DataType, _ failures: inout Failures, _ convert: (Int) -> Target?
    ) -> [Target] {
        var result: [Target] = []
        result.reserveCapacity(column.count)
        for row in 0..<column.count {
            if let value = convert(row) {
                result.append(value)
            } else {
                if !column.isNull(row) { refuse(column, row, type, &failures) }
                result.append(.zero)
            }
        }
        return result
    }

    // MARK: Nested

    private static func toList(_ column: Column, _ element: DataType, _ failures: inout Failures) -> Column {
        let (offsets, values) = column.lists
        var nested = failures.nested
        let converted = convert(values, to: element, &nested)
        failures.addNested(nested, parents: nested.errors.isEmpty ? [] : parentRows(offsets))
        return Column(.list(element), .list(offsets: offsets, values: converted), validity: column.validity)
    }

    /// A key or value that does not fit fails its row.
    private static func toMap(_ column: Column, _ key: DataType, _ value: DataType, _ failures: inout Failures) -> Column {
        guard case .map(let offsets, let keys, let values) = column.storage else { preconditionFailure("\(column.type) is no map") }
        var nested = failures.nested
        let convertedKeys = convert(keys, to: key, &nested)
        let convertedValues = convert(values, to: value, &nested)
        failures.addNested(nested, parents: nested.errors.isEmpty ? [] : parentRows(offsets))
        return Column(
            .map(key: key, value: value), .map(offsets: offsets, keys: convertedKeys, values: convertedValues), validity: column.validity)
    }

    private static func toStructure(_ column: Column, _ fields: [Field], _ failures: inout Failures) -> Column {
        let members = zip(column.members, fields).map { member, field in
            var nested = failures.nested
            let converted = convert(member.masked(column.validity), to: field.type, &nested)
            failures.merge(nested.errors)
            return converted
        }
        return Column(.structure(fields), .structure(members, count: column.count), validity: column.validity)
    }
}

extension DataType {
    /// Whether there is a cast at all; single values may still not fit.
    package func casts(to target: DataType) -> Bool {
        if self == target || self == .null || target == .string { return true }
        switch (self, target) {
        case (_, .choice): return widens(to: target)
        case (.choice(let types), _): return types.contains { $0.casts(to: target) }
        case (.map(let a, let b), .map(let key, let value)): return a.casts(to: key) && b.casts(to: value)
        case (.string, .binary), (.string, .boolean), (.string, .date), (.string, .timestamp): return true
        case (.string, _): return target.isNumeric
        case (.boolean, _): return target.isInteger
        case (_, .boolean): return isInteger
        case (.date, .timestamp), (.timestamp, .date), (.timestamp, .timestamp): return true
        case (.list(let a), .list(let b)): return a.casts(to: b)
        case (.structure(let a), .structure(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { $0.name == $1.name && $0.type.casts(to: $1.type) }
        default: return isNumeric && target.isNumeric
        }
    }
}
