import SluiceAWS
import SluiceBuckets
import SluiceServer

/// Rules by which objects expire. Source: S3's API reference, "LifecycleRule".
enum LifecycleDocument {
    /// - Throws: `MalformedXML`, `InvalidArgument`; `NotImplemented` for rules that move objects to other classes of storage.
    static func rules(_ bytes: [UInt8]) throws(ServiceFault) -> [ExpiryRule] {
        let root = try S3Settings.root(bytes, "LifecycleConfiguration")
        let elements = root.all("Rule")
        guard !elements.isEmpty, elements.count <= 1_000 else { throw .malformedXML }
        var ids: Set<String> = []
        for id in elements.compactMap({ $0["ID"] }) where !id.isEmpty && !ids.insert(id).inserted {
            throw .invalidArgument("ID", id, "Rule ID must be unique. Found same ID for more than one rule")
        }
        var rules: [ExpiryRule] = []
        for element in elements {
            guard let status = element["Status"], ["Enabled", "Disabled"].contains(status) else { throw .malformedXML }
            guard element.all("Transition").isEmpty, element.all("NoncurrentVersionTransition").isEmpty else {
                throw .notImplemented("transitions; there is one storage class")
            }
            let rule = try rule(element)
            if status == "Enabled" { rules.append(rule) }
        }
        return rules
    }

    private static func rule(_ element: XMLElement) throws(ServiceFault) -> ExpiryRule {
        var rule = ExpiryRule()
        rule.prefix = Array((element["Prefix"] ?? "").utf8)
        if let filter = element.all("Filter").first { try read(filter, into: &rule) }
        var acts = false
        if let expiration = element.all("Expiration").first {
            acts = true
            rule.days = try days(expiration, "Days")
            rule.removesLoneMarkers = expiration["ExpiredObjectDeleteMarker"] == "true"
            if let text = expiration["Date"] {
                guard let day = S3Time.day(iso: text) else { throw .invalidArgument("Date", text, "'Date' must be at midnight GMT") }
                rule.epochDay = day
            }
            guard rule.days != nil || rule.epochDay != nil || rule.removesLoneMarkers else { throw .malformedXML }
        }
        if let expiration = element.all("NoncurrentVersionExpiration").first {
            acts = true
            guard let days = try days(expiration, "NoncurrentDays") else { throw .malformedXML }
            rule.olderDays = days
            rule.keptOlder = try count(expiration, "NewerNoncurrentVersions") ?? 0
        }
        if let abort = element.all("AbortIncompleteMultipartUpload").first {
            acts = true
            guard let days = try days(abort, "DaysAfterInitiation") else { throw .malformedXML }
            rule.uploadDays = days
        }
        guard acts else { throw .invalidRequest("At least one action needs to be specified in a rule") }
        return rule
    }

    private static func read(_ filter: XMLElement, into rule: inout ExpiryRule) throws(ServiceFault) {
        let parts = filter.all("And").first ?? filter
        rule.prefix = Array((parts["Prefix"] ?? String(decoding: rule.prefix, as: UTF8.self)).utf8)
        rule.tags = parts.all("Tag").map { .init($0["Key"] ?? "", $0["Value"] ?? "") }
        rule.overBytes = parts["ObjectSizeGreaterThan"].flatMap { Int64($0) }
        rule.underBytes = parts["ObjectSizeLessThan"].flatMap { Int64($0) }
    }

    private static func days(_ element: XMLElement, _ name: String) throws(ServiceFault) -> Int? {
        guard let days = try count(element, name) else { return nil }
        guard days > 0 else { throw .invalidArgument(name, "\(days)", "'\(name)' for Expiration action must be a positive integer") }
        return days
    }

    private static func count(_ element: XMLElement, _ name: String) throws(ServiceFault) -> Int? {
        guard let text = element[name] else { return nil }
        guard let number = Int(text), number >= 0, number < 1_000_000 else { throw .malformedXML }
        return number
    }
}
