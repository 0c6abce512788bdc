import SluiceCore

/// How the texts of one of the library's patterns name a point in time.
struct GrokTime: Hashable, Sendable {
    /// Tried in order; empty: ISO 8601.
    let patterns: [TimePattern]
    /// Whether all texts name a zone; nil: some may.
    let isZoned: Bool?

    private init(_ patterns: [String], zoned: Bool?) {
        self.patterns = patterns.compactMap { TimePattern.parse($0).0 }
        isZoned = zoned
    }

    init(_ pattern: TimePattern) {
        patterns = [pattern]
        isZoned = pattern.has("z")
    }

    static let iso8601 = GrokTime([], zoned: nil)

    /// By the name of the library's pattern.
    static let known: [String: GrokTime] = [
        "TIMESTAMP_ISO8601": iso8601,
        "HTTPDATE": GrokTime(["%d/%b/%Y:%H:%M:%S %z"], zoned: true),
        "HTTPDERROR_DATE": GrokTime(["%a %b %d %H:%M:%S.%f %Y", "%a %b %d %H:%M:%S %Y"], zoned: false),
        "NGINX_DATESTAMP": GrokTime(["%Y/%m/%d %H:%M:%S"], zoned: false),
        "CATALINA_DATESTAMP": GrokTime(["%b %d, %Y %I:%M:%S %p", "%B %d, %Y %I:%M:%S %p"], zoned: false),
        "TOMCAT_DATESTAMP": GrokTime(["%Y-%m-%d %H:%M:%S,%f %z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S.%f %z"], zoned: true),
        "DATESTAMP_RFC2822": GrokTime(["%a, %d %b %Y %H:%M:%S %z"], zoned: true),
        "DATESTAMP_EVENTLOG": GrokTime(["%Y%m%d%H%M%S"], zoned: false),
    ]

    /// Patterns of the library that name no year or no offset from UTC, so that nobody can say which point in time they mean.
    static let unclear: [String: String] = [
        "SYSLOGTIMESTAMP": "year", "TIME": "day", "REDISTIMESTAMP": "year", "DATESTAMP_RFC822": "offset from UTC",
        "DATESTAMP_OTHER": "offset from UTC",
    ]

    /// Microseconds of a text; nil where it does not fit. A text with a zone does not fit a wall-clock column.
    func micros(_ text: UnsafeBufferPointer<UInt8>, zoned: Bool) -> Int64? {
        guard let parsed = read(text), zoned || parsed.offsetSeconds == nil else { return nil }
        return zoned ? parsed.utcMicros : parsed.wallMicros
    }

    private func read(_ text: UnsafeBufferPointer<UInt8>) -> TimeText.Timestamp? {
        if patterns.isEmpty { return Self.iso(text) }
        for pattern in patterns { if let time = pattern.read(text) { return time } }
        return nil
    }

    /// ISO 8601, the fraction also behind a comma, as the standard allows and Java writes it.
    private static func iso(_ text: UnsafeBufferPointer<UInt8>) -> TimeText.Timestamp? {
        let comma = 19
        guard text.count > comma, text.count <= FormatLimits.scalarBytes, text[comma] == UInt8(ascii: ",") else {
            return TimeText.timestamp(text)
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count) { copy in
            _ = copy.initialize(from: text)
            copy[comma] = UInt8(ascii: ".")
            return TimeText.timestamp(UnsafeBufferPointer(copy))
        }
    }
}
