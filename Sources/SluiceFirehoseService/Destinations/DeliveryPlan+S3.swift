import SluiceCore
import SluiceSchedules
import SluiceServer

extension DeliveryPlan {
    /// Reads a completed document.
    ///
    /// - Parameter path: The document's member of the request, as messages name it.
    /// - Throws: `ValidationException`, `InvalidArgumentException`.
    init(_ document: WireValue, _ kind: Kind, at path: String) throws(ServiceFault) {
        switch kind {
        case .s3: try self.init(s3: document, at: path)
        case .endpoint: try self.init(endpoint: document, at: path)
        }
    }

    private init(s3 document: WireValue, at path: String) throws(ServiceFault) {
        var input = try InputReader(document, at: path)
        let settings = try BucketSettings(&input)
        let mode = try input.text("S3BackupMode", Rules.backupMode)
        let fileExtension = try input.text("FileExtension", Rules.fileExtension) ?? ""
        let zone = try input.text("CustomTimeZone", Rules.zone) ?? ""
        let partitioned = try input.structure("DynamicPartitioningConfiguration") { reader throws(ServiceFault) in
            _ = try reader.structure("RetryOptions") { reader throws(ServiceFault) in
                _ = try reader.integer("DurationInSeconds", 0...7_200)
            }
            return try reader.boolean("Enabled") ?? true
        }
        processing = try Processing(&input)
        conversion = try Conversion.read(&input)
        let backup = try input.structure("S3BackupConfiguration") { reader throws(ServiceFault) in try BucketSettings(&reader) }
        try input.finish()
        isPartitioned = partitioned ?? false
        s3 = try settings.target(
            fileExtension: fileExtension.isEmpty ? nil : fileExtension, zone: try Self.zone(zone),
            keys: isPartitioned ? processing.query?.names ?? [] : nil)
        if mode == "Enabled" {
            guard let backup else { throw Faults.invalid("S3BackupConfiguration must be specified when S3BackupMode is Enabled") }
            self.backup = try backup.target(fileExtension: nil, zone: .utc, keys: nil)
        }
        try checkPartitioning()
        try checkConversion()
    }

    private func checkPartitioning() throws(ServiceFault) {
        guard isPartitioned else {
            if processing.query != nil {
                throw Faults.invalid("MetadataExtraction processor is only supported when Dynamic Partitioning is enabled")
            }
            if processing.splitting != nil {
                throw Faults.invalid("RecordDeAggregation processor is only supported when Dynamic Partitioning is enabled")
            }
            return
        }
        guard let query = processing.query else {
            throw Faults.invalid("MetadataExtraction processor must be present when Dynamic Partitioning is enabled")
        }
        guard s3.sizeBytes >= 64 << 20 else {
            throw Faults.invalid("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled")
        }
        let used = Set(s3.prefix.keys)
        if used.isEmpty {
            throw Faults.invalid("S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled")
        }
        for name in query.names where !used.contains(name) {
            throw Faults.invalid("The partition key \(name) of MetadataExtraction does not stand in the Prefix; add it, or leave it out")
        }
    }

    private func checkConversion() throws(ServiceFault) {
        guard conversion != nil else { return }
        guard s3.compression == .none else {
            throw Faults.invalid("CompressionFormat must be UNCOMPRESSED when data format conversion is enabled")
        }
        guard s3.sizeBytes >= 64 << 20 else {
            throw Faults.invalid("BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled")
        }
    }

    static func zone(_ name: String) throws(ServiceFault) -> ZoneRules {
        if name.isEmpty { return .utc }
        do throws(SluiceError) {
            return try ZoneDirectory.system.zone(name)
        } catch {
            throw Faults.invalid("CustomTimeZone: \(error.message)")
        }
    }
}

/// The members that all configurations of buckets have.
struct BucketSettings {
    private var bucket: String
    private var prefix: String
    private var errorPrefix: String
    private var compression: S3Target.Compression
    private var megabytes: Int
    private var seconds: Int

    init(_ input: inout InputReader) throws(ServiceFault) {
        _ = try input.requiredText("RoleARN", Rules.role)
        bucket = DestinationText.bucket(try input.requiredText("BucketARN", Rules.bucket)) ?? ""
        prefix = try input.text("Prefix", Rules.prefix) ?? ""
        errorPrefix = try input.text("ErrorOutputPrefix", Rules.prefix) ?? ""
        compression = S3Target.Compression(rawValue: try input.text("CompressionFormat", Rules.compression) ?? "") ?? .none
        let hints = try input.structure("BufferingHints") { reader throws(ServiceFault) in
            (try reader.integer("SizeInMBs", 1...128) ?? 5, try reader.integer("IntervalInSeconds", 0...900) ?? 300)
        }
        megabytes = hints?.0 ?? 5
        seconds = hints?.1 ?? 300
        _ = try input.structure("CloudWatchLoggingOptions") { reader throws(ServiceFault) in _ = try reader.boolean("Enabled") }
        let isEncrypted = try input.structure("EncryptionConfiguration") { reader throws(ServiceFault) in
            reader.value("KMSEncryptionConfig") != nil
        }
        if isEncrypted == true {
            throw Faults.unsupported("KMSEncryptionConfig", "files of buckets are not encrypted on the disk, and saying so would be a lie")
        }
    }

    /// - Parameter keys: Partition keys that the prefix may name; nil where there are none.
    func target(fileExtension: String?, zone: ZoneRules, keys: [String]?) throws(ServiceFault) -> S3Target {
        let hour = "!{timestamp:yyyy/MM/dd/HH/}"
        let given = try Self.expression(prefix, "Prefix")
        if given.hasErrorType { throw Faults.invalid("Prefix cannot contain !{firehose:error-output-type}") }
        for key in given.keys where keys?.contains(key) != true {
            throw Faults.invalid("Prefix contains the partition key \(key), which no MetadataExtraction query names")
        }
        let failed = try Self.expression(errorPrefix, "ErrorOutputPrefix")
        if errorPrefix.isEmpty, given.hasExpressions {
            throw Faults.invalid("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions")
        }
        if failed.hasExpressions, !failed.hasErrorType {
            throw Faults.invalid("ErrorOutputPrefix must contain at least one instance of !{firehose:error-output-type}")
        }
        if !failed.keys.isEmpty { throw Faults.invalid("ErrorOutputPrefix cannot contain partition keys") }
        do throws(PatternFault) {
            let ending = "!{firehose:error-output-type}/" + hour
            let base = errorPrefix.isEmpty ? given : failed
            let prefix = given.hasExpressions ? given : try given.followed(by: hour)
            let errorPrefix = failed.hasExpressions ? failed : try base.followed(by: ending)
            try Self.checkLength(prefix, "Prefix")
            try Self.checkLength(errorPrefix, "ErrorOutputPrefix")
            return S3Target(
                bucket: bucket, prefix: prefix, errorPrefix: errorPrefix, compression: compression,
                fileExtension: fileExtension, zone: zone, sizeBytes: megabytes << 20, intervalSeconds: seconds)
        } catch {
            throw Faults.invalid(error.reason)
        }
    }

    /// Partition keys are as long as they are in the records, which are looked at then.
    private static func checkLength(_ prefix: PrefixExpression, _ name: String) throws(PatternFault) {
        let values = PrefixExpression.Values(micros: 0, zone: .utc, random: "12345678901", errorType: "format-conversion-failed")
        guard prefix.text(values).utf8.count <= FirehoseLimits.prefixBytes else {
            throw PatternFault("\(name) has more than \(FirehoseLimits.prefixBytes) bytes when it is evaluated")
        }
    }

    private static func expression(_ text: String, _ name: String) throws(ServiceFault) -> PrefixExpression {
        do throws(PatternFault) {
            return try PrefixExpression(text)
        } catch {
            throw Faults.invalid("\(name) \(text) is not valid: \(error.reason)")
        }
    }
}
