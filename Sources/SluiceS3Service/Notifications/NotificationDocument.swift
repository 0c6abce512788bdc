import SluiceAWS
import SluiceBuckets
import SluiceServer

/// Who is told of which events of a bucket. Source: S3's API reference, "NotificationConfiguration", and its user guide, "Configuring event
/// notifications using object key name filtering".
struct NotificationDocument {
    /// A function of the document: a job of the state directory under that name, or a workflow of Glue.
    struct Function {
        var id: String
        var arn: String
        var target: EventTarget
        /// As the document names them: `s3:ObjectCreated:*`.
        var events: [String]
        var prefix: String?
        var suffix: String?
    }

    private(set) var functions: [Function] = []

    /// - Throws: `MalformedXML`; `InvalidArgument` for what cannot act, with the reason.
    init(_ bytes: [UInt8]) throws(ServiceFault) {
        let root = try S3Settings.root(bytes, "NotificationConfiguration")
        for element in root.children {
            switch element.name {
            case "CloudFunctionConfiguration", "LambdaFunctionConfiguration": functions.append(try Self.function(element, functions.count))
            case "QueueConfiguration": throw Self.unreachable(element["Queue"] ?? "", "there are no queues here")
            case "TopicConfiguration": throw Self.unreachable(element["Topic"] ?? "", "there are no topics here")
            case "EventBridgeConfiguration":
                throw ServiceFault.notImplemented(
                    "EventBridgeConfiguration: there is no bus whose rules say what events start; name a job as a Lambda function, or a "
                        + "workflow of Glue by its ARN in the place of one")
            default: throw ServiceFault.malformedXML
            }
        }
        guard functions.count <= S3ServiceLimits.notifications else {
            throw .invalidRequest("A bucket has at most \(S3ServiceLimits.notifications) notification configurations")
        }
        try checkTogether()
    }

    /// What the store watches for.
    var watches: [BucketWatch] {
        functions.map { function in
            BucketWatch(
                id: function.id, target: function.target.text, kinds: Set(function.events.flatMap(Self.kinds)),
                prefix: Array((function.prefix ?? "").utf8), suffix: Array((function.suffix ?? "").utf8))
        }
    }

    /// The document as it is told, with the ids that the service gave.
    var text: XMLWriter {
        XMLWriter("NotificationConfiguration") { document in
            for function in functions {
                document.add("CloudFunctionConfiguration") { element in
                    element.add("Id", function.id)
                    element.add("CloudFunction", function.arn)
                    for event in function.events { element.add("Event", event) }
                    let rules = [("Prefix", function.prefix), ("Suffix", function.suffix)].filter { $0.1 != nil }
                    guard !rules.isEmpty else { return }
                    element.add("Filter") { filter in
                        filter.add("S3Key") { key in
                            for (name, value) in rules {
                                key.add("FilterRule") { rule in
                                    rule.add("Name", name)
                                    rule.add("Value", value)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // MARK: Reading

    private static func function(_ element: XMLElement, _ place: Int) throws(ServiceFault) -> Function {
        let arn = element["CloudFunction"] ?? element["LambdaFunctionArn"] ?? ""
        guard let target = ResourceARN(arn).flatMap({ EventTarget($0) }) else {
            throw .invalidArgument("LambdaFunctionArn", arn, "The ARN is not well formed")
        }
        let events = element.all("Event").map(\.text)
        guard !events.isEmpty else { throw .malformedXML }
        for event in events where kinds(event).isEmpty {
            throw .invalidArgument("Event", event, "The event is not supported for notifications: it does not happen here")
        }
        var function = Function(id: element["Id"] ?? "", arn: arn, target: target, events: events)
        if function.id.isEmpty { function.id = "sluice-\(place + 1)" }
        guard function.id.utf8.count <= 255 else { throw .invalidArgument("Id", function.id, "An Id has at most 255 characters") }
        for rule in element.all("Filter").flatMap({ $0.all("S3Key") }).flatMap({ $0.all("FilterRule") }) {
            try function.add(rule)
        }
        return function
    }

    /// What an event's name stands for, of what happens here.
    private static func kinds(_ event: String) -> [ObjectEvent.Kind] {
        guard event.hasPrefix("s3:") else { return [] }
        let name = event.dropFirst(3)
        guard name.hasSuffix(":*") else { return ObjectEvent.Kind(rawValue: String(name)).map { [$0] } ?? [] }
        return ObjectEvent.Kind.allCases.filter { $0.rawValue.hasPrefix(name.dropLast()) }
    }

    private static func unreachable(_ arn: String, _ reason: String) -> ServiceFault {
        ServiceFault.invalidArgument(
            "Destination", arn,
            "Unable to validate the following destination configurations: \(reason); name a job of the state directory as a Lambda function"
        )
    }

    /// Ids are unique, and no event goes to two of them.
    private func checkTogether() throws(ServiceFault) {
        guard Set(functions.map(\.id)).count == functions.count else {
            throw .invalidArgument("Id", "", "Same ID used for multiple configurations. IDs must be unique")
        }
        let watches = watches
        for (place, watch) in watches.enumerated() {
            for other in watches[..<place] where watch.overlaps(other) {
                throw .invalidArgument(
                    "Event", watch.id,
                    "Configurations overlap. Configurations on the same bucket cannot share a common event type: \(other.id), \(watch.id)")
            }
        }
    }
}

extension NotificationDocument.Function {
    fileprivate mutating func add(_ rule: XMLElement) throws(ServiceFault) {
        let value = rule["Value"] ?? ""
        guard value.utf8.count <= 1_024 else {
            throw .invalidArgument("FilterRule.Value", value, "Size of filter rule value cannot exceed 1024 bytes")
        }
        switch rule["Name"]?.lowercased() {
        case "prefix" where prefix == nil: prefix = value
        case "suffix" where suffix == nil: suffix = value
        case "prefix", "suffix":
            throw .invalidArgument("FilterRule.Name", rule["Name"] ?? "", "Cannot specify more than one rule of a name in a filter.")
        default: throw .invalidArgument("FilterRule.Name", rule["Name"] ?? "", "filter rule name must be either prefix or suffix")
        }
    }
}

extension BucketWatch {
    /// Whether some event of some key would go to both.
    fileprivate func overlaps(_ other: BucketWatch) -> Bool {
        func meets(_ one: [UInt8], _ two: [UInt8]) -> Bool { one.starts(with: two) || two.starts(with: one) }
        return !kinds.isDisjoint(with: other.kinds) && meets(prefix, other.prefix) && meets(suffix.reversed(), other.suffix.reversed())
    }
}
