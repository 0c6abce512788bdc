import SluiceSaaS
import SluiceServer

/// A type of connectors that the port has, and what the API model calls its parts.
struct ConnectorKind: Sendable {
    /// `Servicenow`
    let type: String
    /// What its properties, credentials and operators stand under: `ServiceNow`.
    let member: String
    /// The service that Sluice knows under this name; nil for buckets, and for connectors that somebody registers.
    let service: String?
    /// Operators of its fields.
    let operators: [String]

    static let s3 = ConnectorKind(type: "S3", member: "S3", service: nil, operators: comparing + ending)
    static let custom = ConnectorKind(type: "CustomConnector", member: "CustomConnector", service: nil, operators: containing + ending)

    static let all: [ConnectorKind] = [
        s3, ConnectorKind(type: "Salesforce", member: "Salesforce", service: "salesforce", operators: containing + ending),
        ConnectorKind(type: "Slack", member: "Slack", service: "slack", operators: comparing.filter { $0 != "NOT_EQUAL_TO" } + ending),
        ConnectorKind(type: "Servicenow", member: "ServiceNow", service: "servicenow", operators: containing + ending),
        ConnectorKind(
            type: "Marketo", member: "Marketo", service: "marketo",
            operators: ["PROJECTION", "LESS_THAN", "GREATER_THAN", "BETWEEN"] + ending),
        ConnectorKind(type: "Zendesk", member: "Zendesk", service: "zendesk", operators: ["PROJECTION", "GREATER_THAN"] + ending), custom,
    ]

    /// Source: the API model of 2020-08-23, `S3ConnectorOperator` and its like.
    private static let comparing = [
        "PROJECTION", "LESS_THAN", "GREATER_THAN", "BETWEEN", "LESS_THAN_OR_EQUAL_TO", "GREATER_THAN_OR_EQUAL_TO", "EQUAL_TO",
        "NOT_EQUAL_TO",
    ]
    private static let containing = comparing + ["CONTAINS"]
    private static let ending = [
        "ADDITION", "MULTIPLICATION", "DIVISION", "SUBTRACTION", "MASK_ALL", "MASK_FIRST_N", "MASK_LAST_N", "VALIDATE_NON_NULL",
        "VALIDATE_NON_ZERO", "VALIDATE_NON_NEGATIVE", "VALIDATE_NUMERIC", "NO_OP",
    ]

    /// Every type of the API model.
    static let modelTypes = [
        "Salesforce", "Singular", "Slack", "Redshift", "S3", "Marketo", "Googleanalytics", "Zendesk", "Servicenow", "Datadog", "Trendmicro",
        "Snowflake", "Dynatrace", "Infornexus", "Amplitude", "Veeva", "EventBridge", "LookoutMetrics", "Upsolver", "Honeycode",
        "CustomerProfiles", "SAPOData", "CustomConnector", "Pardot",
    ]

    /// The structure that names the operator of a task.
    static var operatorMembers: [ShapeMember] {
        all.map { .optional($0.member, .text(TextRule(values: $0.operators))) }
    }

    /// - Throws: `ValidationException` for a type that the port does not have.
    static func of(_ type: String) throws(ServiceFault) -> ConnectorKind {
        if let kind = all.first(where: { $0.type == type }) { return kind }
        throw Faults.invalid(
            "The connector type \(type) is not supported: there are \(all.map(\.type).joined(separator: ", ")).")
    }

    var hasProfiles: Bool { type != Self.s3.type }
}

/// A service as a flow, a profile or a listing means it.
struct ConnectedService: Sendable {
    let kind: ConnectorKind
    /// Of a connector that somebody registered.
    let label: String?
    let declaration: ServiceDeclaration

    /// The entity that a client names: `Account` and `account` are `accounts`.
    ///
    /// - Throws: `ResourceNotFoundException` with what there is.
    func entity(_ name: String) throws(ServiceFault) -> ServiceEntity {
        let wanted = name.lowercased()
        let forms = [wanted, wanted + "s", wanted + "es", wanted.hasSuffix("y") ? wanted.dropLast() + "ies" : wanted]
        for form in forms {
            if let found = declaration.entities.first(where: { $0.name.lowercased() == form }) { return found }
        }
        throw Faults.missing(
            "The object \(name) does not exist at the connector \(declaration.name): there are "
                + "\(declaration.entities.map(\.name).joined(separator: ", ")).")
    }
}
