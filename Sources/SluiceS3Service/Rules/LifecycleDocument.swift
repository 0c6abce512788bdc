import SluiceAWS
import SluiceBuckets
import SluiceServer

/// Rules by which objects expire. Source: S3's API reference, "LifecycleRule".
enum LifecycleDocument {
    /// - Throws: `MalformedXML`, `InvalidArgument`, `InvalidRequest`; `NotImplemented` for rules that move objects to other classes of storage.
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

    /// The rules of a stored document. One that would not be taken now, since another version took it, does nothing; the others go on.
    static func stored(_ bytes: [UInt8]) -> [ExpiryRule] {
        guard let root = try? S3Settings.root(bytes, "LifecycleConfiguration") else { return [] }
        return root.all("Rule").filter { $0["Status"] == "Enabled" }.compactMap { try? rule($0) }
    }

    private static func rule(_ element: XMLElement) throws(ServiceFault) -> ExpiryRule {
        var rule = ExpiryRule()
        rule.id = element["ID"] ?? ""
        guard rule.id.unicodeScalars.count <= S3ServiceLimits.ruleNameCharacters else {
            throw .invalidArgument("ID", rule.id, "ID length should not exceed allowed limit of \(S3ServiceLimits.ruleNameCharacters)")
        }
        let (filter, prefix) = (element.all("Filter").first, element["Prefix"])
        // Without either, S3 takes no rule; with both, nobody knows which is meant.
        guard (filter == nil) != (prefix == nil) else { throw .malformedXML }
        rule.prefix = Array((prefix ?? "").utf8)
        if let filter { try read(filter, into: &rule) }
        var acts = false
        if let expiration = element.all("Expiration").first {
            acts = true
            rule.days = try days(expiration, "Days")
            rule.removesLoneMarkers = try flag(expiration, "ExpiredObjectDeleteMarker") ?? false
            if let text = expiration["Date"] {
                guard let day = S3Time.day(iso: text) else { throw .invalidArgument("Date", text, "'Date' must be at midnight GMT") }
                rule.epochDay = day
            }
            let names = ["Days", "Date", "ExpiredObjectDeleteMarker"].filter { expiration[$0] != nil }
            guard names.count == 1, rule.days != nil || rule.epochDay != nil || rule.removesLoneMarkers else { throw .malformedXML }
            guard !rule.removesLoneMarkers || rule.tags.isEmpty else {
                throw .invalidRequest("ExpiredObjectDeleteMarker cannot be specified with Tags.")
            }
        }
        if let expiration = element.all("NoncurrentVersionExpiration").first {
            acts = true
            guard let days = try days(expiration, "NoncurrentDays") else { throw .malformedXML }
            rule.olderDays = days
            rule.keptOlder = try kept(expiration, "NewerNoncurrentVersions")
        }
        if let abort = element.all("AbortIncompleteMultipartUpload").first {
            acts = true
            guard let days = try days(abort, "DaysAfterInitiation") else { throw .malformedXML }
            rule.uploadDays = days
            // Uploads have neither tags nor a size yet.
            guard rule.tags.isEmpty else { throw .invalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.") }
            guard rule.overBytes == nil, rule.underBytes == nil else {
                throw .invalidRequest("AbortIncompleteMultipartUpload cannot be specified with Object Size.")
            }
        }
        guard acts else { throw .invalidRequest("At least one action needs to be specified in a rule") }
        return rule
    }

    private static func read(_ filter: XMLElement, into rule: inout ExpiryRule) throws(ServiceFault) {
        let known: Set = ["Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"]
        // One condition, or several in `And`.
        guard filter.children.count <= 1 else { throw .malformedXML }
        let parts = filter.all("And").first ?? filter
        guard parts.children.allSatisfy({ known.contains($0.name) }) else { throw .malformedXML }
        rule.prefix = Array((parts["Prefix"] ?? "").utf8)
        for tag in parts.all("Tag") {
            guard let key = tag["Key"], !key.isEmpty, let value = tag["Value"] else { throw .malformedXML }
            guard !rule.tags.contains(where: { $0.name == key }) else { throw .invalidRequest("Duplicate Tag Keys are not allowed.") }
            rule.tags.append(.init(key, value))
        }
        rule.overBytes = try size(parts, "ObjectSizeGreaterThan")
        rule.underBytes = try size(parts, "ObjectSizeLessThan")
        if let over = rule.overBytes, let under = rule.underBytes, over >= under {
            throw .invalidRequest("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
        }
    }

    private static func size(_ element: XMLElement, _ name: String) throws(ServiceFault) -> Int64? {
        guard let text = element[name] else { return nil }
        guard let bytes = Int64(text), bytes >= 0 else { throw .malformedXML }
        return bytes
    }

    private static func flag(_ element: XMLElement, _ name: String) throws(ServiceFault) -> Bool? {
        guard let text = element[name] else { return nil }
        guard ["true", "false"].contains(text.lowercased()) else { throw .malformedXML }
        return text.lowercased() == "true"
    }

    private static func days(_ element: XMLElement, _ name: String) throws(ServiceFault) -> Int? {
        guard let days = try count(element, name) else { return nil }
        guard days > 0 else { throw .invalidArgument(name, "\(days)", "'\(name)' for Expiration action must be a positive integer") }
        return days
    }

    /// How many older versions stay all the same: none where it is not said.
    private static func kept(_ element: XMLElement, _ name: String) throws(ServiceFault) -> Int {
        guard let count = try count(element, name) else { return 0 }
        guard S3ServiceLimits.keptVersions.contains(count) else {
            let (least, most) = (S3ServiceLimits.keptVersions.lowerBound, S3ServiceLimits.keptVersions.upperBound)
            throw .invalidArgument(name, "\(count)", "'\(name)' for NoncurrentVersionExpiration action must be from \(least) to \(most)")
        }
        return count
    }

    private static func count(_ element: XMLElement, _ name: String) throws(ServiceFault) -> Int? {
        guard let text = element[name] else { return nil }
        guard let number = Int(text), number >= 0, number < 1_000_000 else { throw .malformedXML }
        return number
    }
}
