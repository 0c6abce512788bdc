import SluiceJSON

extension SalesforceMock {
    /// The fields of an object, as `sobjects/OBJECT/describe` tells them.
    ///
    /// Source: Salesforce's REST API developer guide, "sObject Describe".
    func description(of object: String) -> MockAnswer {
        let fields = members(object, 0).map { member -> JSONNode in
            .members([
                "name": .string(member.name), "type": .string(Self.type(of: member.name)), "custom": .boolean(member.name.hasSuffix("__c")),
                "createable": .boolean(!Self.readOnly.contains(member.name)), "updateable": .boolean(!Self.readOnly.contains(member.name)),
            ])
        }
        return MockAnswer(200, .members(["name": .string(object), "queryable": .boolean(true), "fields": .list(fields)]))
    }

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
