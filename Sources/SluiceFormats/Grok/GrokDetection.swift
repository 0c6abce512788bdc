import SluicePatterns

/// Which of the well-known logs a file's start is, if any.
struct GrokDetection {
    let pattern: String
    /// What was chosen and why.
    let notice: String

    /// The most special first: a combined log's lines begin as common ones.
    private static let known = [
        "COMBINEDAPACHELOG", "COMMONAPACHELOG", "POSTGRESQL", "SYSLOG5424LINE", "SYSLOGLINE", "HTTPD_ERRORLOG", "NGINXERROR",
        "RUBY_LOGGER", "SQUID3", "REDISLOG", "CATALINALOG", "TOMCATLOG", "S3_ACCESS_LOG",
    ]

    /// Compiled once, because a source may have many files.
    private static let patterns: [(text: String, pattern: Pattern)] = known.compactMap { name in
        let text = "%{\(name)}"
        return (try? Pattern("^" + text, .prefix, GrokLibrary.definitions, wanted: [])).map { (text, $0) }
    }

    /// Nil where no known pattern matches most of the lines.
    ///
    /// - Parameter isWhole: nothing follows the bytes.
    init?(_ start: [UInt8], isWhole: Bool) {
        var lines = start.split(separator: 0x0A, maxSplits: GrokLimits.detectedLines, omittingEmptySubsequences: true)
        let isLastCut = !isWhole && start.last != 0x0A
        if lines.count > GrokLimits.detectedLines || (isLastCut && lines.count > 1) { lines.removeLast() }
        lines = lines.filter { $0 != [0x0D] }
        guard !lines.isEmpty else { return nil }
        for (text, pattern) in Self.patterns {
            let automaton = PatternAutomaton(pattern)
            var slots = [Int](repeating: -1, count: 2)
            var matched = 0
            for line in lines {
                let isMatch = line.withUnsafeBufferPointer { bytes in
                    slots.withUnsafeMutableBufferPointer { automaton.match(bytes, into: $0) }
                }
                if isMatch == true { matched += 1 }
            }
            guard matched * 100 >= lines.count * GrokLimits.detectedPercent else { continue }
            self.pattern = text
            notice =
                "pattern: \(text) was detected: \(matched) of the \(lines.count) lines looked at match it; set detect: none to read whole lines"
            return
        }
        return nil
    }
}
