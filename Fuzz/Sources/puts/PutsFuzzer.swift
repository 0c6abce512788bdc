import FuzzKit
import SluiceCore
@testable import SluiceKinesisService
@testable import SluiceServer
import SluiceStreams

/// The body of PutRecords in JSON: what the quick way takes, the one that explains takes, too, and both find the same records.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let body = Fuzzing.bytes(data, count)
    guard let quick = PutScanner.scan(body) else {
        _ = try? PutRequest(explaining: body, .json)
        return 0
    }
    do {
        Fuzzing.requireSame(lines(quick), lines(try PutRequest(explaining: body, .json)), "the quick way and the one that explains")
    } catch {
        Fuzzing.require(false, "the quick way takes what is refused: \(error)")
    }
    return 0
}

private func lines(_ request: PutRequest) -> [String] {
    let entries = request.entries
    Fuzzing.require(entries.hashKeys.isEmpty || entries.hashKeys.count == entries.count, "not as many hash keys as records")
    let rows = (0..<entries.count).map { row in
        let payload = entries.payload[Int(entries.starts[row])..<Int(entries.ends[row])]
        let hash = entries.hashKeys.isEmpty ? nil : entries.hashKeys[row]
        return "\(entries.keys.text(row)) \(Array(payload)) \(hash.map(String.init) ?? "")"
    }
    return ["\(request.stream) \(request.isDry)"] + rows
}
