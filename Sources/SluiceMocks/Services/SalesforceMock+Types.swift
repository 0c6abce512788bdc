import SluiceJSON

/// What values fields take.
///
/// Source: Salesforce's SOAP API developer guide, "Core Data Types Used in API Calls", "StatusCode"; Bulk API 2.0 developer guide, "Get Job Failed
/// Record Results".
extension SalesforceMock {
    private static let numbers: Set = ["AnnualRevenue", "NumberOfEmployees"]

    /// - Returns: The refusal of a request with a value that its field does not take; nil where there is none.
    func mistyped(_ fields: [JSONNode.Member]) -> MockAnswer? {
        guard let field = fields.first(where: { Self.stored($0) == nil }) else { return nil }
        return Self.error(
            400, "JSON_PARSER_ERROR",
            "Cannot deserialize instance of \(Self.numbers.contains(field.name) ? "double" : "string") from the value of \(field.name)")
    }

    /// A member as the record has it; nil where its field does not take the value. Numbers may come as texts.
    static func stored(_ member: JSONNode.Member) -> JSONNode.Member? {
        switch member.value {
        case .object, .list: return nil
        case .text where numbers.contains(member.name): return number(member.name, member.value.string ?? "")
        case .boolean where numbers.contains(member.name): return nil
        default: return member
        }
    }

    /// A text of CSV as the record has it; nil where its field does not take it.
    static func stored(_ name: String, csv text: String) -> JSONNode.Member? {
        numbers.contains(name) ? number(name, text) : JSONNode.Member(name: name, value: .string(text))
    }

    private static func number(_ name: String, _ text: String) -> JSONNode.Member? {
        let digits = Array(text.utf8)
        guard case .number? = try? JSONParser.parse(digits) else { return nil }
        return JSONNode.Member(name: name, value: .number(digits[...]))
    }
}
