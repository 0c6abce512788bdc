import SluiceServer

/// The document of a crawler's `Configuration`: how folders become tables, and what becomes of what the catalog has.
///
/// Source: "Setting crawler configuration options" in the AWS Glue developer guide, version 1.0.
struct CrawlerConfiguration: Sendable {
    /// Whether folders become one table whatever their columns are.
    var combinesSchemas = false
    /// The level of folders that are tables, the bucket being 1.
    var tableLevel: Int64?
    /// Whether columns are added to tables, and none is taken away or changed.
    var mergesColumns = false
    /// How many tables a crawl may find.
    var tableThreshold: Int64?
    /// Whether partitions are described as their table is, whatever somebody described them as.
    var partitionsInherit = false
    /// Whether tables with partition keys get an index over them.
    var indexesPartitions = false

    /// - Throws: `InvalidInputException` for what is no JSON, and for what no crawl here does.
    init(_ text: String?) throws(ServiceFault) {
        guard let text, !text.isEmpty else { return }
        guard let document = WireValue(json: text), case .object = document else {
            throw Faults.invalid("Configuration is no JSON object.")
        }
        for member in try Self.members(document, "Configuration", ["Version", "CrawlerOutput", "Grouping", "CreatePartitionIndex"]) {
            switch member.name {
            case "Version": try Self.check(version: member.value)
            case "CrawlerOutput": try readOutput(member.value)
            case "Grouping": try readGrouping(member.value)
            default: indexesPartitions = try Self.flag(member.value, "CreatePartitionIndex")
            }
        }
    }

    private mutating func readOutput(_ output: WireValue) throws(ServiceFault) {
        for part in try Self.members(output, "CrawlerOutput", ["Partitions", "Tables"]) {
            let names = part.name == "Tables" ? ["AddOrUpdateBehavior", "TableThreshold"] : ["AddOrUpdateBehavior"]
            for member in try Self.members(part.value, "CrawlerOutput.\(part.name)", names) {
                let place = "CrawlerOutput.\(part.name).\(member.name)"
                switch (part.name, member.name) {
                case ("Tables", "TableThreshold"): tableThreshold = try Self.number(member.value, place, 1...100_000)
                case ("Tables", _): mergesColumns = try Self.word(member.value, place, "MergeNewColumns")
                default: partitionsInherit = try Self.word(member.value, place, "InheritFromTable")
                }
            }
        }
    }

    private mutating func readGrouping(_ grouping: WireValue) throws(ServiceFault) {
        for member in try Self.members(grouping, "Grouping", ["TableGroupingPolicy", "TableLevelConfiguration"]) {
            let place = "Grouping.\(member.name)"
            if member.name == "TableGroupingPolicy" {
                combinesSchemas = try Self.word(member.value, place, "CombineCompatibleSchemas")
            } else {
                tableLevel = try Self.number(member.value, place, 1...1_000)
            }
        }
    }

    // MARK: Values

    private static func check(version: WireValue) throws(ServiceFault) {
        switch version {
        case .integer(1), .real(1), .text("1"), .text("1.0"): return
        default: throw Faults.invalid("Version of the Configuration is \(version.json), and there is 1.0 only.")
        }
    }

    private static func members(_ value: WireValue, _ place: String, _ known: [String]) throws(ServiceFault) -> [WireValue.Member] {
        guard case .object(let members) = value else { throw Faults.invalid("\(place) of the Configuration is no JSON object.") }
        if let other = members.first(where: { !known.contains($0.name) }) {
            throw Faults.invalid(
                "\(other.name) in \(place) of the Configuration is not supported: there are \(known.joined(separator: ", ")).")
        }
        return members
    }

    private static func word(_ value: WireValue, _ place: String, _ wanted: String) throws(ServiceFault) -> Bool {
        guard value.string == wanted else {
            throw Faults.invalid("\(place) of the Configuration is \(value.json), and can be \(wanted) only.")
        }
        return true
    }

    private static func number(_ value: WireValue, _ place: String, _ range: ClosedRange<Int64>) throws(ServiceFault) -> Int64 {
        guard let number = value.whole, range.contains(number) else {
            throw Faults.invalid(
                "\(place) of the Configuration is \(value.json), and no number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func flag(_ value: WireValue, _ place: String) throws(ServiceFault) -> Bool {
        guard case .boolean(let flag) = value else {
            throw Faults.invalid("\(place) of the Configuration is \(value.json), and can be true or false.")
        }
        return flag
    }
}
