import SluiceCore
import SluiceServer
import SluiceStreams

/// A call of PutRecords.
struct PutRequest: Sendable {
    var stream: StreamReference
    var entries = PutEntries()
    var isDry = false
}

extension PutRequest {
    /// The quick way for what clients send, and the one that explains for everything else.
    ///
    /// - Throws: What is wrong with the request, in the words of the service.
    init(_ body: [UInt8], _ format: WireFormat) throws {
        if format == .json, let request = PutScanner.scan(body) {
            self = request
        } else {
            try self.init(explaining: body, format)
        }
    }

    init(explaining body: [UInt8], _ format: WireFormat) throws {
        let value = try format.decode(body)
        var input = try InputReader(value)
        self.init(stream: try input.stream())
        isDry = try input.boolean("DryRun") ?? false
        guard let records = input.value("Records") else {
            input.missing("Records")
            try input.finish()
            return
        }
        guard case .list(let elements) = records else { throw ServiceFault.serialization("Records is no list") }
        guard StreamLimits.putRecords >= elements.count, !elements.isEmpty else {
            let bound = elements.isEmpty ? "greater than or equal to 1" : "less than or equal to \(StreamLimits.putRecords)"
            throw ServiceFault(
                400, "ValidationException",
                "1 validation error detected: Value '[\(elements.count) records]' at 'records' failed to satisfy constraint: "
                    + "Member must have length \(bound)")
        }
        try input.finish()
        for (index, element) in elements.enumerated() {
            var reader = try InputReader(element, at: "records.\(index + 1).member")
            try entries.append(&reader, format)
            try reader.finish()
        }
    }
}
