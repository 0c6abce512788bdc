import CWorkload
import SluiceCore

/// Options are `name=value`; see `clients/bench.c`.
struct Options: Sendable {
    var address = ""
    var stream = ""
    var size = 100
    var batch = 1
    var producers = 1
    var records = 0
    var seconds = 1.0
    var warmup = 0.0
    /// Records a second, of all producers.
    var rate = 0.0
    var checks = false
    /// Puts are synced once, at the end: to fill a stream with records that were put one by one.
    var isBuffered = false

    init(parsing arguments: some Sequence<String>) throws {
        for argument in arguments {
            let words = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard words.count == 2, take(words[0], words[1]) else {
                throw SluiceError(.invalidArgument, "\(argument): no such option, or no value for it")
            }
        }
        guard !address.isEmpty, !stream.isEmpty, size >= Int(PAYLOAD_HEAD), batch > 0, producers > 0 else {
            throw SluiceError(.invalidArgument, "address= and stream= are needed; size=, batch= and producers= have a least value")
        }
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        switch name {
        case "address": address = value
        case "stream": stream = value
        case "size": size = Int(value) ?? 0
        case "batch": batch = Int(value) ?? 0
        case "producers": producers = Int(value) ?? 0
        case "records": records = Int(value) ?? 0
        case "seconds": seconds = Double(value) ?? 0
        case "warmup": warmup = Double(value) ?? 0
        case "rate": rate = Double(value) ?? 0
        case "check": checks = value == "1"
        case "buffered": isBuffered = value == "1"
        default: return false
        }
        return true
    }

    /// Records of one producer, of `records` in all.
    func share(of producer: Int) -> Int { records / producers + (producer < records % producers ? 1 : 0) }
}
