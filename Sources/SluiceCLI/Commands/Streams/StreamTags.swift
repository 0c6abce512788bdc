import SluiceCore

/// Tags as a person writes them: `name=value`.
enum StreamTags {
    /// - Throws: `usage` for one without a name or an equals sign.
    static func parse(_ texts: [String]) throws(SluiceError) -> [String: String] {
        var tags: [String: String] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw SluiceError(.usage, "\(text.quotedForMessage) is no tag", remedy: "write --tag name=value")
            }
            tags[parts[0]] = parts[1]
        }
        return tags
    }
}
