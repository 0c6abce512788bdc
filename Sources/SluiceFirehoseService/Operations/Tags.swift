import SluiceServer

/// What the operations on tags share.
enum Tags {
    /// Reads a list of tags.
    static func read(_ input: inout InputReader, _ name: String) throws(ServiceFault) -> [String: String]? {
        guard let value = input.value(name) else { return nil }
        guard case .list(let elements) = value, (1...FirehoseLimits.tags).contains(elements.count) else {
            throw Faults.invalid("\(name) must be a list of 1 to \(FirehoseLimits.tags) tags.")
        }
        var tags: [String: String] = [:]
        for (index, element) in elements.enumerated() {
            var reader = try InputReader(element, at: "tags.\(index + 1).member")
            let key = try reader.requiredText("Key", Rules.tagKey)
            let text = try reader.text("Value", Rules.tagValue) ?? ""
            try reader.finish()
            tags[key] = text
        }
        return tags
    }

    /// - Throws: `InvalidArgumentException` for names that only the service gives, `LimitExceededException`.
    static func checked(_ tags: [String: String]) throws(ServiceFault) -> [String: String] {
        for key in tags.keys where key.lowercased().hasPrefix("aws:") {
            throw Faults.invalid("Tag key \(key) is reserved: keys do not begin with aws:.")
        }
        guard tags.count <= FirehoseLimits.tags else { throw Faults.limit("A delivery stream has at most \(FirehoseLimits.tags) tags.") }
        return tags
    }
}

enum TagDeliveryStream {
    static let operation = FirehoseOperation("TagDeliveryStream") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        let tags = try Tags.read(&input, "Tags")
        if tags == nil { input.missing("Tags") }
        try input.finish()
        try call.scope().change(name) { stream throws(ServiceFault) in
            stream.tags = try Tags.checked(stream.tags.merging(tags ?? [:]) { $1 })
        }
        return .value(.object([]))
    }
}

enum UntagDeliveryStream {
    static let operation = FirehoseOperation("UntagDeliveryStream") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        let keys = try input.texts("TagKeys", count: 1...FirehoseLimits.tags, Rules.tagKey)
        if keys == nil { input.missing("TagKeys") }
        try input.finish()
        try call.scope().change(name) { stream throws(ServiceFault) in for key in keys ?? [] { stream.tags[key] = nil } }
        return .value(.object([]))
    }
}

enum ListTagsForDeliveryStream {
    static let operation = FirehoseOperation("ListTagsForDeliveryStream") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        let after = try input.text("ExclusiveStartTagKey", Rules.tagKey) ?? ""
        let limit = try input.integer("Limit", 1...50) ?? FirehoseLimits.tags
        try input.finish()
        let tags = try call.scope().stream(name).tags.filter { $0.key > after }.sorted { $0.key < $1.key }
        return .value(
            .structure([
                "Tags": .list(tags.prefix(limit).map { .structure(["Key": .text($0.key), "Value": .text($0.value)]) }),
                "HasMoreTags": .boolean(tags.count > limit),
            ]))
    }
}
