#if Kafka
import CRdkafka

/// Texts of the library as ours: without trailing zeros, lower case at the start, no full stop.
enum LibraryText {
    static func decode(_ buffer: [CChar]) -> String {
        tidy(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// The name of an error for those who look it up, behind what it means.
    static func of(_ code: rd_kafka_resp_err_t) -> String {
        let text = rd_kafka_err2str(code).map { String(cString: $0) } ?? ""
        let name = rd_kafka_err2name(code).map { String(cString: $0) } ?? String(code.rawValue)
        return "\(tidy(text)) (\(name))"
    }

    /// A line of the log as a reason: without the name of the thread.
    static func reason(_ line: String) -> String {
        guard line.hasPrefix("[thrd:"), let end = line.firstRange(of: "]: ") else { return tidy(line) }
        return tidy(String(line[end.upperBound...]))
    }

    static func tidy(_ text: String) -> String {
        var text = text
        for prefix in ["Broker: ", "Local: "] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
        while text.last == "." || text.last == " " || text.last == "\n" { text.removeLast() }
        // Abbreviations such as SASL keep their letters.
        guard let first = text.first, text.dropFirst().first?.isLowercase == true else { return text }
        return first.lowercased() + text.dropFirst()
    }
}
#endif
