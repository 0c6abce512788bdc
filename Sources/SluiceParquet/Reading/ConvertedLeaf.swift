import SluiceCore

/// A leaf whose values are turned into texts: UUIDs, times of day, and timestamps in nanoseconds where these are wanted whole.
///
/// It reads with another leaf reader and rewrites the columns, dictionaries only once.
final class ConvertedLeaf: LeafReader {
    /// Appends the text of a stored value; nil if it fits, else what is wrong.
    typealias Rewriting = @Sendable (_ column: Column) -> (column: Column, misfits: [(slot: Int, error: RowError)])

    private let base: any LeafReader
    private let rewrite: Rewriting
    private(set) var misfits = Misfits()

    init(_ base: any LeafReader, _ rewrite: @escaping Rewriting) {
        self.base = base
        self.rewrite = rewrite
    }

    var pages: LeafPages {
        get { base.pages }
        set { base.pages = newValue }
    }
    var shape: LeafShape {
        get { base.shape }
        set { base.shape = newValue }
    }
    var safeRows: Int { base.safeRows }

    func startDictionary(_ bytes: PageBytes, count: Int) throws(SluiceError) { try base.startDictionary(bytes, count: count) }
    func startPage() throws(SluiceError) { try base.startPage() }
    func beginBatch(slots: Int) { base.beginBatch(slots: slots) }
    func decode(_ run: LeafShape.Run) throws(SluiceError) { try base.decode(run) }
    func skipValues(_ count: Int) throws(SluiceError) { try base.skipValues(count) }

    func finishBatch() throws(SluiceError) -> Column {
        let (column, complaints) = rewrite(try base.finishBatch())
        misfits = base.misfits
        for (slot, error) in complaints { misfits.add(slot, error) }
        return column
    }
}

/// The texts of values that Sluice has no type for.
enum LeafTexts {
    /// Sixteen bytes as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`: RFC 9562, section 4.
    static func uuids(_ column: Column) -> (column: Column, misfits: [(slot: Int, error: RowError)]) {
        switch column.storage {
        case .dictionary(let codes, let values):
            (Column(.string, .dictionary(codes: codes, values: uuids(values)), validity: column.validity), [])
        case .bytes(let rows): (Column(.string, .bytes(uuids(rows)), validity: column.validity), [])
        default: (column, [])
        }
    }

    private static func uuids(_ rows: ByteRows) -> ByteRows {
        var texts = ByteRows(reservingRows: rows.count, bytes: rows.count * 36)
        for row in 0..<rows.count {
            for (index, byte) in rows[row].enumerated() {
                if [4, 6, 8, 10].contains(index) { texts.extend(UInt8(ascii: "-")) }
                texts.extend(hexDigit(byte >> 4))
                texts.extend(hexDigit(byte & 15))
            }
            texts.endRow()
        }
        return texts
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    /// Times of day in units of which a second has `perSecond`, as `hh:mm:ss.` and the digits of the unit.
    static func times(_ column: Column, unit: LogicalType.TimeUnit) -> (column: Column, misfits: [(slot: Int, error: RowError)]) {
        guard case .int64(let values) = column.storage else { return (column, []) }
        let digits = unit.rawValue * 3
        let perSecond: Int64 = [1, 1_000, 1_000_000, 1_000_000_000][unit.rawValue]
        var texts = ByteRows(reservingRows: values.count, bytes: values.count * (9 + digits))
        var misfits: [(slot: Int, error: RowError)] = []
        for (slot, value) in values.enumerated() {
            if column.isNull(slot) {
                texts.endRow()
                continue
            }
            if !(0..<(86_400 * perSecond)).contains(value) {
                let error = RowError(.valueDoesNotFit, "time \(value) (\(unit)) is not within a day", stored: "\(value)")
                misfits.append((slot, error))
            }
            let seconds = value / perSecond
            appendDigits(seconds / 3_600, 2, to: &texts)
            texts.extend(UInt8(ascii: ":"))
            appendDigits(seconds / 60 % 60, 2, to: &texts)
            texts.extend(UInt8(ascii: ":"))
            appendDigits(seconds % 60, 2, to: &texts)
            texts.extend(UInt8(ascii: "."))
            appendDigits(value % perSecond, digits, to: &texts)
            texts.endRow()
        }
        return (Column(.string, .bytes(texts), validity: column.validity), misfits)
    }

    private static func appendDigits(_ value: Int64, _ digits: Int, to texts: inout ByteRows) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        for _ in 0..<digits {
            texts.extend(UInt8(truncatingIfNeeded: 48 + (value / divisor % 10)))
            divisor /= 10
        }
    }
}
