import SluiceCore
import SluiceSaaS
import SluiceServer

/// Fields of entities as answers describe them.
enum EntityText {
    static func field(_ field: ServiceEntity.Field, of entity: ServiceEntity, operators: [String]) -> WireValue {
        let writes = ServiceEntity.Write.allCases.filter(field.writes.contains)
        let isCursor = entity.cursor?.name == field.name
        return .structure([
            "identifier": .text(field.name), "label": .text(field.name), "isPrimaryKey": .boolean(entity.key == [field.name]),
            "isDeprecated": .boolean(false), "description": .some(field.description),
            "supportedFieldTypeDetails": .structure([
                "v1": .structure(["fieldType": .text(type(field.type)), "filterOperators": .texts(operators.filter { $0 != "NO_OP" })])
            ]),
            "sourceProperties": .structure([
                "isRetrievable": .boolean(field.isReadable), "isQueryable": .boolean(field.isReadable),
                "isTimestampFieldForIncrementalQueries": .boolean(isCursor),
            ]),
            "destinationProperties": .structure([
                "isCreatable": .boolean(writes.contains(.create)), "isNullable": .boolean(true),
                "isUpsertable": .boolean(writes.contains(.upsert)), "isUpdatable": .boolean(writes.contains(.update)),
                "isDefaultedOnCreate": .boolean(false), "supportedWriteOperations": .texts(writes.map(WriteNames.text)),
            ]),
        ])
    }

    private static func type(_ type: DataType) -> String {
        switch type {
        case .boolean: "boolean"
        case .int8, .int16, .int32, .int64: "integer"
        case .float32, .float64: "double"
        case .decimal: "decimal"
        case .date: "date"
        case .timestamp: "datetime"
        case .string, .binary, .null: "string"
        case .list: "list"
        case .structure, .map, .choice: "object"
        }
    }
}
