import SluiceJSON

extension SalesforceMock {
    /// All objects, as `sobjects` tells them.
    ///
    /// Source: Salesforce's REST API developer guide, "Describe Global".
    var descriptions: MockAnswer {
        MockAnswer(
            200,
            .members([
                "encoding": .string("UTF-8"), "maxBatchSize": .integer(200),
                "sobjects": .list(timelines.keys.sorted().map { .object(Self.facts(of: $0)) }),
            ]))
    }

    private static func facts(of object: String) -> [JSONNode.Member] {
        [
            .init(name: "name", value: .string(object)), .init(name: "label", value: .string(object)),
            .init(name: "keyPrefix", value: .string(object == "Account" ? "001" : "003")), .init(name: "custom", value: .boolean(false)),
            .init(name: "customSetting", value: .boolean(false)), .init(name: "queryable", value: .boolean(true)),
            .init(name: "createable", value: .boolean(true)), .init(name: "updateable", value: .boolean(true)),
        ]
    }

    /// The fields of an object, as `sobjects/OBJECT/describe` tells them.
    ///
    /// Source: Salesforce's REST API developer guide, "sObject Describe".
    func description(of object: String) -> MockAnswer {
        let fields = members(object, 0).map { member -> JSONNode in
            .members([
                "name": .string(member.name), "label": .string(member.name), "type": .string(Self.type(of: member.name)),
                "custom": .boolean(member.name.hasSuffix("__c")), "nillable": .boolean(!Self.required.contains(member.name)),
                "externalId": .boolean(member.name == Self.externalID),
                "idLookup": .boolean(["Id", Self.externalID].contains(member.name)),
                "createable": .boolean(!Self.readOnly.contains(member.name)), "updateable": .boolean(!Self.readOnly.contains(member.name)),
            ])
        }
        return MockAnswer(200, .object(Self.facts(of: object) + [.init(name: "fields", value: .list(fields))]))
    }

    private static let required: Set<String> = ["Id", "IsDeleted", "Name", "LastName", "OwnerId", "CreatedDate", "SystemModstamp"]
    private static let readOnly: Set<String> = ["Id", "IsDeleted", "CreatedDate", "SystemModstamp", "OwnerId"]

    private static func type(of field: String) -> String {
        switch field {
        case "Id": "id"
        case "OwnerId", "AccountId": "reference"
        case "IsDeleted": "boolean"
        case "AnnualRevenue": "currency"
        case "NumberOfEmployees": "int"
        case "CreatedDate", "SystemModstamp": "datetime"
        default: "string"
        }
    }
}
