import SluiceServer

extension InputReader {
    /// The one classifier that a request has.
    ///
    /// - Parameter isNew: Whether it has to be complete.
    /// - Throws: `InvalidInputException` for what no crawl here reads.
    mutating func classifier(isNew: Bool) throws(ServiceFault) -> ClassifierRecord {
        try refuse(["XMLClassifier": "rows of XML are not read"])
        let given = ClassifierRecord.Kind.allCases.filter { value($0.rawValue) != nil }
        guard let kind = given.first, given.count == 1 else {
            throw Faults.invalid("Give one of GrokClassifier, JsonClassifier and CsvClassifier.")
        }
        let record = try structure(kind.rawValue) { input throws(ServiceFault) in
            let name = try input.requiredText("Name", Rules.name)
            let members: [String: WireValue]
            let required: [String]
            switch kind {
            case .grok:
                members = try input.grokMembers()
                required = ["Classification", "GrokPattern"]
            case .json:
                members = try input.textMembers([("JsonPath", TextRule(length: 1...10_240))])
                required = ["JsonPath"]
            case .csv:
                members = try input.csvMembers()
                required = []
            }
            if isNew { for member in required where members[member] == nil { input.missing(member) } }
            return ClassifierRecord(name: name, kind: kind, members: members)
        }
        guard let record else { throw Faults.invalid("The \(kind.rawValue) is empty.") }
        return record
    }

    private mutating func textMembers(_ rules: [(String, TextRule)]) throws(ServiceFault) -> [String: WireValue] {
        var members: [String: WireValue] = [:]
        for (name, rule) in rules { members[name] = try text(name, rule).map { .text($0) } }
        return members
    }

    private mutating func grokMembers() throws(ServiceFault) -> [String: WireValue] {
        try textMembers([
            ("Classification", Rules.name), ("GrokPattern", TextRule(length: 1...2_048)), ("CustomPatterns", TextRule(length: 0...16_000)),
        ])
    }

    private mutating func csvMembers() throws(ServiceFault) -> [String: WireValue] {
        if try boolean("CustomDatatypeConfigured") == true || value("CustomDatatypes")?.elements.isEmpty == false {
            throw Faults.invalid("CustomDatatypes are not supported: a crawl finds types by reading every record.")
        }
        if let serde = try text("Serde", TextRule(values: ["OpenCSVSerDe", "LazySimpleSerDe", "None"])), serde != "None" {
            throw Faults.invalid("Serde \(serde) is not supported: tables are told with the classes that their dialect is read with.")
        }
        let mark = TextRule(length: 1...1, pattern: (#"[^\r\n]"#, { !$0.contains { $0.isNewline } }))
        var members = try textMembers([
            ("Delimiter", mark), ("QuoteSymbol", mark), ("ContainsHeader", TextRule(values: ["UNKNOWN", "PRESENT", "ABSENT"])),
        ])
        members["Header"] = try texts("Header", count: 0...1_000, Rules.name).map { .texts($0) }
        for name in ["DisableValueTrimming", "AllowSingleColumn"] { members[name] = try boolean(name).map { .boolean($0) } }
        return members
    }
}
