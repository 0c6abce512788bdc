package import SluiceBuckets
import SluiceCore
import SluiceServer

/// Events as functions get them. Source: S3's user guide, "Event message structure", version 2.1; who asked for a change is not told.
package enum EventMessage {
    /// A JSON object with a record for each event.
    package static func text(_ events: [ObjectEvent]) -> String {
        var bytes: [UInt8] = []
        WireValue.structure(["Records": .list(events.map(record))]).appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func record(_ event: ObjectEvent) -> WireValue {
        let hex = String(UInt64(bitPattern: event.number), radix: 16, uppercase: true)
        let object = WireValue.structure([
            "key": .text(PercentText.encode(event.key.text, keepsSlashes: true).replacing("%20", with: "+")),
            "size": event.kind.isCreation ? .integer(event.byteCount) : nil, "eTag": event.etag.isEmpty ? nil : .text(event.etag),
            "versionId": event.versionID.map { .text($0) },
            "sequencer": .text(String(repeating: "0", count: max(0, 16 - hex.utf8.count)) + hex),
        ])
        let bucket = WireValue.structure([
            "name": .text(event.bucket), "ownerIdentity": .structure(["principalId": .text(event.owner)]),
            "arn": .text("arn:aws:s3:::\(event.bucket)"),
        ])
        return .structure([
            "eventVersion": .text("2.1"), "eventSource": .text("aws:s3"), "awsRegion": .text(event.region),
            "eventTime": .text(S3Time.iso(event.micros)), "eventName": .text(event.kind.rawValue),
            "s3": .structure([
                "s3SchemaVersion": .text("1.0"), "configurationId": .text(event.watch), "bucket": bucket, "object": object,
            ]),
        ])
    }
}
