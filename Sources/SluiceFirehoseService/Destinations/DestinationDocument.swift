import SluiceServer

/// A destination as requests and descriptions write it, and what becomes of it when it is changed.
enum DestinationDocument {
    /// Looks for a size of buffers without a time, or the other way round, also in buckets inside.
    ///
    /// - Throws: `InvalidArgumentException`. Source: Firehose's API reference, "BufferingHints".
    static func checkHints(_ document: WireValue) throws(ServiceFault) {
        for member in document.members {
            guard case .object = member.value else { continue }
            try checkHints(member.value)
            guard member.name == "BufferingHints" else { continue }
            let names = ["SizeInMBs", "IntervalInSeconds"]
            let missing = names.filter { member.value[$0] == nil }
            if missing.count == 1 { throw Faults.invalid("BufferingHints must specify \(missing[0]) together with the other hint.") }
        }
    }

    /// The document with what the service adds to it.
    static func completed(_ document: WireValue, _ kind: DeliveryPlan.Kind) -> WireValue {
        var whole = document
        switch kind {
        case .s3:
            let isLarge = document.isEnabled("DynamicPartitioningConfiguration") || document.isEnabled("DataFormatConversionConfiguration")
            whole = completedBucket(whole, megabytes: isLarge ? 128 : 5)
            whole.fill("S3BackupMode", .text("Disabled"))
            if let backup = whole["S3BackupConfiguration"] {
                whole.set("S3BackupConfiguration", completedBucket(backup, megabytes: 5))
            }
        case .endpoint:
            whole.complete("BufferingHints", ["SizeInMBs": .integer(5), "IntervalInSeconds": .integer(300)])
            whole.complete("CloudWatchLoggingOptions", ["Enabled": .boolean(false)])
            whole.complete("RequestConfiguration", ["ContentEncoding": .text("NONE"), "CommonAttributes": .list([])])
            whole.complete("RetryOptions", ["DurationInSeconds": .integer(300)])
            whole.fill("S3BackupMode", .text("FailedDataOnly"))
            if let bucket = whole["S3Configuration"] { whole.set("S3Configuration", completedBucket(bucket, megabytes: 5)) }
        }
        return whole
    }

    private static func completedBucket(_ document: WireValue, megabytes: Int64) -> WireValue {
        var whole = document
        whole.complete("BufferingHints", ["SizeInMBs": .integer(megabytes), "IntervalInSeconds": .integer(300)])
        whole.fill("CompressionFormat", .text("UNCOMPRESSED"))
        whole.fill("EncryptionConfiguration", .structure(["NoEncryptionConfig": .text("NoEncryption")]))
        whole.complete("CloudWatchLoggingOptions", ["Enabled": .boolean(false)])
        return whole
    }

    /// What an update makes of a document: its members take the place of those there were, buckets inside are changed likewise.
    static func updated(_ document: WireValue, by update: WireValue, _ kind: DeliveryPlan.Kind) -> WireValue {
        guard case .object(let members) = update else { return document }
        var whole = document
        for member in members where member.value != .null {
            switch (kind, member.name) {
            case (.s3, "S3BackupUpdate"): whole.merge("S3BackupConfiguration", member.value)
            case (.endpoint, "S3Update"): whole.merge("S3Configuration", member.value)
            case (_, "BufferingHints"): whole.merge(member.name, member.value)
            default: whole.set(member.name, member.value)
            }
        }
        return completed(whole, kind)
    }

    /// As a description shows it: nothing of it is a secret.
    static func described(_ document: WireValue, _ kind: DeliveryPlan.Kind) -> WireValue {
        guard case .object(let members) = document else { return document }
        return .object(
            members.map { member in
                switch (kind, member.name) {
                case (.s3, "S3BackupConfiguration"): .init("S3BackupDescription", member.value)
                case (.endpoint, "S3Configuration"): .init("S3DestinationDescription", member.value)
                case (.endpoint, "EndpointConfiguration"):
                    .init(member.name, .structure(["Url": member.value["Url"], "Name": member.value["Name"]]))
                default: member
                }
            })
    }

    /// The members that a description of the older form has.
    static func describedPlainly(_ document: WireValue) -> WireValue {
        guard case .object(let members) = document else { return document }
        let known: Set = [
            "RoleARN", "BucketARN", "Prefix", "ErrorOutputPrefix", "BufferingHints", "CompressionFormat", "EncryptionConfiguration",
            "CloudWatchLoggingOptions",
        ]
        return .object(members.filter { known.contains($0.name) })
    }
}

extension WireValue {
    mutating func set(_ name: String, _ value: WireValue?) {
        guard case .object(var members) = self else { return }
        if let index = members.lastIndex(where: { $0.name == name }) {
            if let value { members[index].value = value } else { members.remove(at: index) }
        } else if let value {
            members.append(Member(name, value))
        }
        self = .object(members)
    }

    /// Sets a member that is not there.
    mutating func fill(_ name: String, _ value: WireValue) { if self[name] == nil { set(name, value) } }

    /// Fills the members of an object inside.
    mutating func complete(_ name: String, _ values: KeyValuePairs<String, WireValue>) {
        var inner = self[name] ?? .object([])
        for (key, value) in values { inner.fill(key, value) }
        set(name, inner)
    }

    /// Members of an object inside take the place of those there were.
    mutating func merge(_ name: String, _ changes: WireValue) {
        guard case .object(let members) = changes else { return }
        var inner = self[name] ?? .object([])
        for member in members where member.value != .null {
            if member.name == "BufferingHints" { inner.merge(member.name, member.value) } else { inner.set(member.name, member.value) }
        }
        set(name, inner)
    }

    /// Whether a configuration inside is there and not switched off.
    func isEnabled(_ name: String) -> Bool {
        guard let inner = self[name] else { return false }
        return inner["Enabled"] != .boolean(false)
    }

    var members: [Member] { if case .object(let members) = self { members } else { [] } }
}
