import Crypto
import FuzzKit
import SluiceCore
@testable import SluiceStreams

/// A message of the Kinesis Producer Library, to which magic and digest are added: what is read is the same after it was written and read again,
/// and each of its records belongs to one of the halves of a shard.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let message = Fuzzing.bytes(data, count)
    let payload = AggregatedRecord.magic + message + Array(Insecure.MD5.hash(data: message))
    guard let record = AggregatedRecord(parsing: payload[...]) else { return 0 }
    guard let again = AggregatedRecord(parsing: record.payload[...]) else {
        Fuzzing.require(false, "\(record) is not read again")
        return 0
    }
    Fuzzing.require(again == record, "\(record) is \(again) when it was written")
    let halves = HashRange.slices(2).map { record.records(in: $0).count }
    Fuzzing.require(halves.reduce(0, +) == record.records.count, "\(halves) records in the halves of \(record.records.count)")
    return 0
}
