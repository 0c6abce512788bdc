import SluiceSchedules

/// A bucket of the port as somebody wants objects in it.
struct S3Target: Hashable, Sendable {
    enum Compression: String, Hashable, Sendable {
        case none = "UNCOMPRESSED"
        case gzip = "GZIP"
        case zip = "ZIP"
        case snappy = "Snappy"
        case hadoopSnappy = "HADOOP_SNAPPY"

        /// What names of objects end with unless the destination says otherwise.
        var fileExtension: String {
            switch self {
            case .none: ""
            case .gzip: ".gz"
            case .zip: ".zip"
            case .snappy: ".snappy"
            case .hadoopSnappy: ".hsnappy"
            }
        }
    }

    var bucket: String
    /// With what follows a prefix without expressions.
    var prefix: PrefixExpression
    var errorPrefix: PrefixExpression
    var compression: Compression
    /// With its dot; nil for the usual one.
    var fileExtension: String?
    var zone: ZoneRules
    var sizeBytes: Int
    var intervalSeconds: Int

    static func == (a: Self, b: Self) -> Bool {
        a.bucket == b.bucket && a.prefix == b.prefix && a.errorPrefix == b.errorPrefix && a.compression == b.compression
            && a.fileExtension == b.fileExtension && a.zone.name == b.zone.name && a.sizeBytes == b.sizeBytes
            && a.intervalSeconds == b.intervalSeconds
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(bucket)
        hasher.combine(prefix)
    }
}
