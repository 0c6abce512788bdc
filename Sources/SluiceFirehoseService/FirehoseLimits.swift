/// Bounds of the service; those with a source are of the API model and the developer guide of 2026-08.
enum FirehoseLimits {
    /// Bytes of a request: 4 MiB of records in base 64 with their brackets.
    static let bodyBytes = 8 << 20
    /// Bytes of one record (Firehose: 1,000 KiB).
    static let recordBytes = 1_000 << 10
    /// Records and bytes of one batch (Firehose: 500 and 4 MiB).
    static let batchRecords = 500
    static let batchBytes = 4 << 20
    /// Delivery streams of an account and region (Firehose: 5,000).
    static let streams = 5_000
    /// Accounts and regions with delivery streams.
    static let scopes = 256
    static let tags = 50
    /// A page of a listing where the request does not say.
    static let listedStreams = 10
    /// Hours that a record waits for its delivery at most: as long as a stream may keep it.
    static let waitHours = 8_760
    /// Records of one delivery, whatever their size.
    static let deliveryRecords = 500_000
    /// Partitions of one delivery; records of further ones go to the error prefix (Firehose: 500 active partitions).
    static let partitions = 500
    /// Bytes of an evaluated prefix (Firehose: 512 characters).
    static let prefixBytes = 512
    /// Characters of a metadata extraction query.
    static let queryBytes = 5_120
    /// Records that one record may be split into.
    static let splitRecords = 100_000
    /// Deliveries that hold their records in memory at a time.
    static let sideBySide = 2
    /// How often a stream looks whether something is due, in milliseconds.
    static let pollMillis = 100
    /// The same where nothing waits for long.
    static let idlePollMillis = 1_000
    /// Pauses between attempts of a delivery that fails, in seconds.
    static let pauseSeconds = 1.0...60.0
    /// How long an endpoint may take to answer (Firehose: 3 minutes), and how long while the server ends.
    static let answerSeconds = 180
    static let lastAnswerSeconds = 5
    /// How long a stream goes on delivering while the server ends.
    static let lastSeconds = 20
    /// Bytes of an endpoint's answer (Firehose: 1 MiB), and of what of it is repeated in errors.
    static let answerBytes = 1 << 20
    static let shownAnswerBytes = 200
}
