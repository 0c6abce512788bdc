import SluiceCore

/// How many records that cannot be processed a run may leave out before it fails.
package struct ErrorLimits: Sendable, Hashable {
    /// Nil: any number.
    package var maxRecords: Int?
    /// Of the records that were read, from 0 to 1; nil: any share.
    package var maxShare: Double?
    /// Records that a following run must have read before the share counts: a few say nothing of those to come.
    package var minRecords: Int

    package init(maxRecords: Int? = nil, maxShare: Double? = nil, minRecords: Int = ErrorLimits.minRecords) {
        self.maxRecords = maxRecords
        self.maxShare = maxShare
        self.minRecords = minRecords
    }

    package static let minRecords = 100

    /// For people: `at most 100, or 1 % of the records`.
    package var summary: String {
        let parts = [maxRecords.map { "\($0)" }, maxShare.map { "\(Self.percent($0)) of the records" }].compactMap(\.self)
        return "at most " + parts.joined(separator: ", and ")
    }

    /// `1 %`, `0.25 %`.
    package static func percent(_ share: Double) -> String {
        let hundredths = (share * 10_000).rounded() / 100
        return (hundredths == hundredths.rounded() ? String(Int(hundredths)) : "\(hundredths)") + " %"
    }
}

extension ErrorLimits {
    /// `on_error`: a policy, or one with limits.
    static let shape = ValueShape.either([
        .enumeration(ErrorPolicy.allCases.map(\.rawValue)),
        .object([
            OptionSpecification(
                "action", .enumeration(ErrorPolicy.allCases.map(\.rawValue)), isRequired: true,
                "What happens to such a record; fail goes with a prefix only.", examples: ["dead_letter"]),
            OptionSpecification(
                "prefix", .string,
                "A directory, or s3://BUCKET/PREFIX, that gets such records as JSON lines, a file for each commit: with dead_letter a copy, as the run is"
                    + " committed; with fail those that end the run.", examples: ["lake/errors/accounts", "s3://lake/errors"]),
            OptionSpecification(
                "max_records", .integer(0 ... .max), "How many of them a run may have before it fails.", examples: ["100"]),
            OptionSpecification(
                "max_share", .number(0...1), "Which part of the records that were read they may be, of 1.", examples: ["0.01"]),
            OptionSpecification(
                "min_records", .integer(1 ... .max), default: String(minRecords),
                "Of a run with --follow: records that it must have read before the share counts."),
        ]),
    ])

    /// - Parameter node: The value of `on_error`; nil where nothing is said.
    static func read(_ node: DefinitionNode?) throws -> (policy: ErrorPolicy, limits: ErrorLimits?, prefix: String?) {
        guard let node, node.isMapping else { return (try node?.enumeration(ErrorPolicy.self) ?? .fail, nil, nil) }
        var limits = ErrorLimits()
        limits.maxRecords = try node[key: "max_records"]?.integer(in: 0 ... .max)
        limits.maxShare = try node[key: "max_share"]?.number(in: 0...1)
        limits.minRecords = try node[key: "min_records"]?.integer(in: 1 ... .max) ?? minRecords
        if limits.maxShare == nil, let place = node[key: "min_records"] {
            throw place.invalid("min_records means nothing without max_share", remedy: "leave it out, or add max_share")
        }
        let policy = try node.require("action").enumeration(ErrorPolicy.self)
        let hasLimits = limits.maxRecords != nil || limits.maxShare != nil
        let prefix = try readPrefix(node, policy)
        if policy == .fail, hasLimits {
            throw node.invalid(
                "the first such record ends the run, so limits mean nothing", remedy: "leave them out, or write action: dead_letter")
        }
        return (policy, hasLimits ? limits : nil, prefix)
    }

    /// Whether a prefix is in object storage.
    static func isOutside(_ prefix: String) -> Bool { prefix.hasPrefix("s3://") }

    /// Where such records go beside the archive of dead letters.
    private static func readPrefix(_ node: DefinitionNode, _ policy: ErrorPolicy) throws(SluiceError) -> String? {
        guard let place = node[key: "prefix"] else {
            guard policy != .fail else {
                throw (node[key: "action"] ?? node).invalid(
                    "action: fail alone is on_error: fail", remedy: "write that, or say with prefix where such records go")
            }
            return nil
        }
        let prefix = try place.string()
        guard policy != .skip else {
            throw place.invalid("records that are skipped are kept nowhere", remedy: "write action: dead_letter, or leave the prefix out")
        }
        guard !prefix.isEmpty, isOutside(prefix) || !prefix.contains("://") else {
            throw place.invalid(
                "prefix must be a directory or a bucket, but is \(prefix.quotedForMessage)",
                remedy: "write a path, such as errors/accounts, or s3://BUCKET/PREFIX")
        }
        return prefix
    }
}
