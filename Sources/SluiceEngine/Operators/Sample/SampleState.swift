import SluiceCore

/// How many rows a sample of every n-th leaves out before the next, kept between epochs. Owned by one task at a time.
final class SampleState: StepState, @unchecked Sendable {
    private let every: Int
    /// Rows until the next one that stays.
    var wait = 0
    var changes: StateFileWriter?
    /// It keeps no rows.
    let keptSchema = Schema(unchecked: [Field("epoch", .int64, isNullable: false)])
    let watermark = Watermark(delay: 0, idle: .max)

    init(every: Int) { self.every = every }

    var facts: StepFacts { StepFacts(watermark: watermark, closedThrough: .min, oldest: nil, count: Int64(wait)) }

    var signature: StateSignature {
        StateSignature("sample", [.init(name: "a sample of", value: "every \(every) rows")], keptSchema, labels: ["the epoch"])
    }

    func writeAll(to file: StateFileWriter) {}
    func restore(_ facts: StepFacts) { wait = Int(facts.count ?? 0) }
    func restore(_ rows: Batch) {}
    func finishRestoring() {}
}
