import CTextScan
import Synchronization

/// Buffers for the structure of a run of JSON text, as `sluice_json_scan` finds it. Used by one task at a time.
final class JSONStructure {
    private(set) var places: UnsafeMutablePointer<UInt32>
    private(set) var partners: UnsafeMutablePointer<UInt32>
    private(set) var escapes: UnsafeMutablePointer<UInt64>
    private(set) var records: UnsafeMutablePointer<sluice_json_record>
    private var faults: UnsafeMutablePointer<UInt32>
    private var byteCapacity = 0
    private var recordCapacity = 0
    private(set) var found = sluice_json_result()

    init() {
        places = .allocate(capacity: 0)
        partners = .allocate(capacity: 0)
        escapes = .allocate(capacity: 0)
        faults = .allocate(capacity: 0)
        records = .allocate(capacity: 0)
    }

    deinit { free() }

    private func free() {
        places.deallocate()
        partners.deallocate()
        escapes.deallocate()
        faults.deallocate()
        records.deallocate()
    }

    /// Finds the structure of `bytes`, which start where a record may start.
    ///
    /// - Parameters:
    ///   - layout: `sluice_json_lines` and so on.
    ///   - limit: records to find at most; in lines also the line feeds that the bytes have at most.
    func scan(_ bytes: UnsafeBufferPointer<UInt8>, layout: JSONLayout, limit: Int) {
        reserve(bytes.count, limit)
        var index = sluice_json_index(
            places: places, partners: partners, escapes: escapes, faults: faults, records: records, record_capacity: limit)
        guard let base = bytes.baseAddress else {
            found = sluice_json_result()
            return
        }
        sluice_json_scan(base, bytes.count, layout.code, &index, &found)
    }

    private func reserve(_ bytes: Int, _ records: Int) {
        guard bytes > byteCapacity || records > recordCapacity else { return }
        free()
        byteCapacity = max(bytes, byteCapacity)
        recordCapacity = max(records, recordCapacity)
        places = .allocate(capacity: byteCapacity + 64)
        partners = .allocate(capacity: byteCapacity + 64)
        escapes = .allocate(capacity: byteCapacity / 4096 + 4)
        faults = .allocate(capacity: byteCapacity / 64 + recordCapacity + 4)
        self.records = .allocate(capacity: recordCapacity)
    }

    /// Whether a backslash stands in a part of the bytes, which are those that were searched.
    @inline(__always)
    func hasEscape(_ start: Int, _ end: Int, in bytes: UnsafePointer<UInt8>) -> Bool {
        JSONStructure.hasEscape(start, end, in: bytes, escapes)
    }

    @inline(__always)
    static func hasEscape(_ start: Int, _ end: Int, in bytes: UnsafePointer<UInt8>, _ escapes: UnsafePointer<UInt64>) -> Bool {
        var block = start &>> 6
        let last = (end &- 1) &>> 6
        while block <= last {
            if escapes[block &>> 6] &>> UInt64(truncatingIfNeeded: block & 63) & 1 != 0 {
                return UnsafeBufferPointer(start: bytes + start, count: end - start).first(UInt8(ascii: "\\"), from: 0) < end - start
            }
            block &+= 1
        }
        return false
    }
}

/// Things that cost time to make, kept for the next user.
final class Pool<Item: AnyObject>: Sendable {
    private struct Kept: @unchecked Sendable { var items: [Item] }
    private let kept = Mutex(Kept(items: []))

    /// Lends a kept item, or a new one, for the time of `body`.
    func with<Result>(_ make: () -> Item, _ body: (Item) -> Result) -> Result {
        let item = kept.withLock { $0.items.popLast().map(Lent.init) }?.item ?? make()
        defer {
            let back = Lent(item: item)
            kept.withLock { $0.items.append(back.item) }
        }
        return body(item)
    }

    private struct Lent: @unchecked Sendable { let item: Item }
}
