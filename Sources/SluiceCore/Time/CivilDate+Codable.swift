/// As ISO 8601 text, `2024-03-01`; row types of closures get date columns with it.
extension CivilDate: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let days = Array(text.utf8).withUnsafeBufferPointer({ TimeText.date($0) }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text.quotedForMessage) is no date (yyyy-mm-dd)")
        }
        self.init(daysSinceEpoch: Int(days))
    }

    public func encode(to encoder: any Encoder) throws {
        var bytes: [UInt8] = []
        TimeText.append(days: Int32(clamping: daysSinceEpoch), to: &bytes)
        var container = encoder.singleValueContainer()
        try container.encode(String(decoding: bytes, as: UTF8.self))
    }
}
