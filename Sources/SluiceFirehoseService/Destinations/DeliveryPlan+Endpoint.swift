import SluiceCore
import SluiceHTTP
import SluiceSchedules
import SluiceServer

extension DeliveryPlan {
    init(endpoint document: WireValue, at path: String) throws(ServiceFault) {
        var input = try InputReader(document, at: path)
        let url = try input.structure("EndpointConfiguration") { reader throws(ServiceFault) in
            _ = try reader.text("Name", Rules.endpointName)
            _ = try reader.text("AccessKey", Rules.accessKey)
            return try reader.requiredText("Url", Rules.url)
        }
        if url == nil { input.missing("EndpointConfiguration") }
        let hints = try input.structure("BufferingHints") { reader throws(ServiceFault) in
            (try reader.integer("SizeInMBs", 1...64) ?? 5, try reader.integer("IntervalInSeconds", 0...900) ?? 300)
        }
        let retry = try input.structure("RetryOptions") { reader throws(ServiceFault) in
            try reader.integer("DurationInSeconds", 0...7_200)
        }
        let request = try input.structure("RequestConfiguration") { reader throws(ServiceFault) in
            (try reader.text("ContentEncoding", Rules.encoding) == "GZIP", try Self.attributes(reader))
        }
        let mode = try input.text("S3BackupMode", Rules.endpointBackupMode)
        _ = try input.text("RoleARN", Rules.role)
        processing = try Processing(&input)
        let bucket = try input.structure("S3Configuration") { reader throws(ServiceFault) in try BucketSettings(&reader) }
        if bucket == nil { input.missing("S3Configuration") }
        let hasSecret = try input.structure("SecretsManagerConfiguration") { reader throws(ServiceFault) in
            try reader.boolean("Enabled") ?? true
        }
        try input.finish()
        if hasSecret == true {
            throw Faults.unsupported(
                "SecretsManagerConfiguration", "there is no such service here; give the AccessKey, which is kept encrypted")
        }
        if processing.query != nil || processing.splitting != nil {
            throw Faults.invalid("MetadataExtraction and RecordDeAggregation are for destinations in S3 with Dynamic Partitioning")
        }
        guard let bucket, let url else { throw Faults.invalid("The destination is not whole") }
        s3 = try bucket.target(fileExtension: nil, zone: .utc, keys: nil)
        endpoint = EndpointTarget(
            address: try Self.address(url), isZipped: request?.0 ?? false, attributes: request?.1 ?? [],
            retrySeconds: (retry ?? nil) ?? 300, backsUpAll: mode == "AllData", sizeBytes: (hints?.0 ?? 5) << 20,
            intervalSeconds: hints?.1 ?? 300)
    }

    private static func attributes(_ reader: InputReader) throws(ServiceFault) -> [EndpointTarget.Attribute] {
        var attributes: [EndpointTarget.Attribute] = []
        let elements = reader.value("CommonAttributes")?.elements ?? []
        guard elements.count <= 50 else { throw Faults.invalid("CommonAttributes has more than 50 elements") }
        for (index, element) in elements.enumerated() {
            var reader = try InputReader(element, at: "requestConfiguration.commonAttributes.\(index + 1).member")
            let name = try reader.requiredText("AttributeName", Rules.attributeName)
            let value = try reader.requiredText("AttributeValue", Rules.attributeValue)
            try reader.finish()
            attributes.append(EndpointTarget.Attribute(name: name, value: value))
        }
        return attributes
    }

    /// HTTPS, as the service has it, and HTTP to this machine.
    private static func address(_ url: String) throws(ServiceFault) -> WebAddress {
        do throws(SluiceError) {
            let address = try WebAddress(parsing: url)
            if address.scheme == .https || address.isLoopback { return address }
        } catch {
            throw Faults.invalid("Url \(url) is not valid: \(error.message)")
        }
        throw Faults.invalid("Url \(url) must begin with https://; http:// is taken for addresses of this machine only")
    }
}
