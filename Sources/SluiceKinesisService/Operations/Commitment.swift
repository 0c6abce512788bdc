import SluiceServer

/// An account's commitment to a minimum throughput: a matter of billing, which is kept and told.
enum Commitment {
    static func value(_ since: Int64?) -> WireValue {
        .structure([
            "MinimumThroughputBillingCommitment": .structure([
                "Status": .text(since == nil ? "DISABLED" : "ENABLED"), "StartedAt": since.map { .time(micros: $0) },
            ])
        ])
    }
}
