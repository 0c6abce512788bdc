import SluiceCore
import SluiceJSON

/// Sorts the records of a delivery to the objects that they go to, by the partition keys that are in them.
struct RecordSorter: Sendable {
    struct Pile: Sendable {
        /// Partition keys by name.
        var keys: [String: String]
        var records = RecordPile()
    }

    private let plan: DeliveryPlan
    private let names: BatchName
    /// By what tells their objects apart.
    private(set) var piles: [String: Pile] = [:]
    var failures: FailedRecords

    init(_ plan: DeliveryPlan, _ names: BatchName, nowMicros: Int64) {
        self.plan = plan
        self.names = names
        failures = FailedRecords(nowMicros: nowMicros)
    }

    /// The records that are in others, where the plan wants these to be taken apart.
    mutating func split(_ records: RecordPile) -> RecordPile {
        guard let splitting = plan.processing.splitting else { return records }
        var parts = RecordPile()
        for row in 0..<records.count {
            let (record, micros) = (records[row], records.arrivals[row])
            do throws(PatternFault) {
                for part in try RecordSplitter.split(record, splitting) { parts.append(part, micros: micros) }
            } catch {
                fail(record, micros, "DynamicPartitioning.RecordDeAggregationFailed", error.reason)
            }
        }
        return parts
    }

    mutating func add(_ records: RecordPile) {
        guard !records.isEmpty else { return }
        guard plan.isPartitioned, let query = plan.processing.query else {
            piles["data"] = Pile(keys: [:], records: records)
            return
        }
        for row in 0..<records.count { add(records[row], records.arrivals[row], query) }
    }

    private mutating func add(_ record: ArraySlice<UInt8>, _ micros: Int64, _ query: MetadataQuery) {
        do throws(PatternFault) {
            let node: JSONNode
            do throws(JSONParser.Failure) {
                node = try JSONParser.parse(Array(record))
            } catch {
                throw PatternFault("the record is no JSON")
            }
            let keys = try query.values(in: node)
            let role = "data\n" + keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
            if piles[role] == nil {
                guard piles.count < FirehoseLimits.partitions else {
                    fail(
                        record, micros, "DynamicPartitioning.ActivePartitionsLimitExceeded",
                        "one delivery has at most \(FirehoseLimits.partitions) partitions")
                    return
                }
                let values = PrefixExpression.Values(micros: micros, zone: plan.s3.zone, random: names.random(role), keys: keys)
                guard plan.s3.prefix.text(values).utf8.count <= FirehoseLimits.prefixBytes else {
                    throw PatternFault("the evaluated prefix has more than \(FirehoseLimits.prefixBytes) bytes")
                }
                piles[role] = Pile(keys: keys)
            }
            piles[role]?.records.append(record, micros: micros)
        } catch {
            fail(record, micros, "DynamicPartitioning.MetadataExtractionFailed", error.reason)
        }
    }

    private mutating func fail(_ record: ArraySlice<UInt8>, _ micros: Int64, _ code: String, _ message: String) {
        failures.add(FailedRecord(data: Array(record), micros: micros, code: code, message: message), "processing-failed")
    }
}

/// Splits one record into those that are in it.
enum RecordSplitter {
    /// Objects behind one another, with blanks or nothing between them.
    static func objects(_ record: ArraySlice<UInt8>) throws(PatternFault) -> [ArraySlice<UInt8>] { try values(record, takesLists: false) }

    /// - Throws: Why the record cannot be split.
    static func split(_ record: ArraySlice<UInt8>, _ splitting: Processing.Splitting) throws(PatternFault) -> [ArraySlice<UInt8>] {
        let parts: [ArraySlice<UInt8>]
        switch splitting {
        case .delimited(let delimiter): parts = delimited(record, delimiter)
        case .json: parts = try values(record, takesLists: true)
        }
        guard parts.count <= FirehoseLimits.splitRecords else {
            throw PatternFault("the record holds more than \(FirehoseLimits.splitRecords) others")
        }
        return parts
    }

    private static func delimited(_ record: ArraySlice<UInt8>, _ delimiter: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = record.startIndex
        var place = start
        while place + delimiter.count <= record.endIndex {
            if record[place] == delimiter[0], record[place..<(place + delimiter.count)].elementsEqual(delimiter) {
                if place > start { parts.append(record[start..<place]) }
                place += delimiter.count
                start = place
            } else {
                place += 1
            }
        }
        if start < record.endIndex { parts.append(record[start...]) }
        return parts
    }

    /// - Parameter takesLists: Whether objects may stand in lists, and have commas between them.
    private static func values(_ record: ArraySlice<UInt8>, takesLists: Bool) throws(PatternFault) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var place = record.startIndex
        while place < record.endIndex {
            switch record[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"):
                guard takesLists else { throw PatternFault("a list is in the place of objects in the record") }
                place += 1
            case UInt8(ascii: "{"):
                let end = try self.end(of: record, from: place)
                parts.append(record[place..<end])
                place = end
            default: throw PatternFault("something other than JSON objects is in the record")
            }
        }
        guard !parts.isEmpty else { throw PatternFault("no JSON object is in the record") }
        return parts
    }

    /// Behind the object that begins at a place.
    private static func end(of record: ArraySlice<UInt8>, from start: Int) throws(PatternFault) -> Int {
        var depth = 0
        var isText = false
        var place = start
        while place < record.endIndex {
            let byte = record[place]
            place += 1
            if isText {
                if byte == UInt8(ascii: "\\") { place += 1 } else if byte == UInt8(ascii: "\"") { isText = false }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return place }
            default: break
            }
        }
        throw PatternFault("a JSON object in the record is not closed")
    }
}
