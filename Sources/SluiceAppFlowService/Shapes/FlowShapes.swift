import SluiceSaaS
import SluiceServer

/// The structures of flows.
enum FlowShapes {
    /// What a flow is made of, in requests that make and change one.
    static let flow: [ShapeMember] = [
        .optional("description", .text(Rules.flowDescription)),
        .required("triggerConfig", .structure(trigger)), .required("sourceFlowConfig", .structure(source)),
        .required("destinationFlowConfigList", .structures(0...10, destination)),
        .required("tasks", .structures(0...AppFlowLimits.tasks, task)), .optional("metadataCatalogConfig", .structure(metadata)),
        .optional("clientToken", .text(Rules.clientToken)),
    ]

    private static let trigger: [ShapeMember] = [
        .required("triggerType", .text(TextRule(values: ["Scheduled", "Event", "OnDemand"]))),
        .optional("triggerProperties", .structure([.optional("Scheduled", .structure(schedule))])),
    ]

    private static let schedule: [ShapeMember] = [
        .required("scheduleExpression", .text(Rules.expression)),
        .optional("dataPullMode", .text(TextRule(values: ["Incremental", "Complete"]))), .optional("scheduleStartTime", .time),
        .optional("scheduleEndTime", .time), .optional("timezone", .text(Rules.expression)),
        .optional("scheduleOffset", .integer(0...36_000)), .optional("firstExecutionFrom", .time),
        .optional("flowErrorDeactivationThreshold", .integer(1...100)),
    ]

    private static let source: [ShapeMember] = [
        .required("connectorType", .text(Rules.connectorType)), .optional("apiVersion", .text(Rules.apiVersion)),
        .optional("connectorProfileName", .text(Rules.profileName)),
        .required("sourceConnectorProperties", .structure(sourceProperties)),
        .optional("incrementalPullConfig", .structure([.optional("datetimeTypeFieldName", .text(Rules.destinationField))])),
    ]

    private static let objectOnly: Shape = .structure([.required("object", .text(Rules.object))])

    private static let sourceProperties: [ShapeMember] = [
        .optional(
            "S3",
            .structure([
                .required("bucketName", .text(Rules.bucket)), .optional("bucketPrefix", .text(Rules.prefix)),
                .optional("s3InputFormatConfig", .structure([.optional("s3InputFileType", .text(TextRule(values: ["CSV", "JSON"])))])),
            ])),
        .optional(
            "Salesforce",
            .structure([
                .required("object", .text(Rules.object)), .optional("enableDynamicFieldUpdate", .boolean),
                .optional("includeDeletedRecords", .boolean), .optional("dataTransferApi", .text(salesforceTransfer)),
            ])),
        .optional("Slack", objectOnly), .optional("ServiceNow", objectOnly), .optional("Marketo", objectOnly),
        .optional("Zendesk", objectOnly),
        .optional(
            "CustomConnector",
            .structure([.required("entityName", .text(Rules.entity)), .optional("customProperties", customProperties)])),
    ]

    private static let salesforceTransfer = TextRule(values: ["AUTOMATIC", "BULKV2", "REST_SYNC"])
    private static let customProperties: Shape = .map(0...50, key: Rules.mapKey, value: Rules.mapValue)

    private static let destination: [ShapeMember] = [
        .required("connectorType", .text(Rules.connectorType)), .optional("apiVersion", .text(Rules.apiVersion)),
        .optional("connectorProfileName", .text(Rules.profileName)),
        .required("destinationConnectorProperties", .structure(destinationProperties)),
    ]

    private static let errors: ShapeMember = .optional(
        "errorHandlingConfig",
        .structure([
            .optional("failOnFirstDestinationError", .boolean), .optional("bucketPrefix", .text(Rules.prefix)),
            .optional("bucketName", .text(Rules.bucket)),
        ]))
    private static let writing: [ShapeMember] = [
        .optional("writeOperationType", .text(TextRule(values: ["INSERT", "UPSERT", "UPDATE", "DELETE"]))),
        .optional("idFieldNames", .texts(0...100, Rules.idField)), errors,
    ]

    private static let destinationProperties: [ShapeMember] = [
        .optional(
            "S3",
            .structure([
                .required("bucketName", .text(Rules.bucket)), .optional("bucketPrefix", .text(Rules.prefix)),
                .optional("s3OutputFormatConfig", .structure(output)),
            ])),
        .optional(
            "Salesforce",
            .structure(
                [.required("object", .text(Rules.object)), .optional("dataTransferApi", .text(salesforceTransfer))] + writing)),
        .optional("Zendesk", .structure([.required("object", .text(Rules.object))] + writing)),
        .optional("Marketo", .structure([.required("object", .text(Rules.object)), errors])),
        .optional(
            "CustomConnector",
            .structure([.required("entityName", .text(Rules.entity)), .optional("customProperties", customProperties)] + writing)),
    ]

    private static let output: [ShapeMember] = [
        .optional("fileType", .text(TextRule(values: ["CSV", "JSON", "PARQUET"]))),
        .optional(
            "prefixConfig",
            .structure([
                .optional("prefixType", .text(TextRule(values: ["FILENAME", "PATH", "PATH_AND_FILENAME"]))),
                .optional("prefixFormat", .text(TextRule(values: ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE"]))),
                .optional("pathPrefixHierarchy", .texts(0...2, TextRule(values: ["EXECUTION_ID", "SCHEMA_VERSION"]))),
            ])),
        .optional(
            "aggregationConfig",
            .structure([
                .optional("aggregationType", .text(TextRule(values: ["None", "SingleFile"]))),
                .optional("targetFileSize", .integer(1...1_048_576)),
            ])),
        .optional("preserveSourceDataTyping", .boolean),
    ]

    private static let task: [ShapeMember] = [
        .required("sourceFields", .texts(0...1_000, Rules.field)),
        .optional("connectorOperator", .structure(ConnectorKind.operatorMembers)),
        .optional("destinationField", .text(Rules.destinationField)),
        .required(
            "taskType",
            .text(
                TextRule(values: [
                    "Arithmetic", "Filter", "Map", "Map_all", "Mask", "Merge", "Passthrough", "Truncate", "Validate", "Partition",
                ]))),
        .optional("taskProperties", .map(0...50, key: propertyKeys, value: Rules.property)),
    ]

    private static let propertyKeys = TextRule(values: [
        "VALUE", "VALUES", "DATA_TYPE", "UPPER_BOUND", "LOWER_BOUND", "SOURCE_DATA_TYPE", "DESTINATION_DATA_TYPE", "VALIDATION_ACTION",
        "MASK_VALUE", "MASK_LENGTH", "TRUNCATE_LENGTH", "MATH_OPERATION_FIELDS_ORDER", "CONCAT_FORMAT", "SUBFIELD_CATEGORY_MAP",
        "EXCLUDE_SOURCE_FIELDS_LIST", "INCLUDE_NEW_FIELDS", "ORDERED_PARTITION_KEYS_LIST",
    ])

    private static let metadata: [ShapeMember] = [
        .optional(
            "glueDataCatalog",
            .structure([
                .required("roleArn", .text(Rules.role)), .required("databaseName", .text(Rules.databaseName)),
                .required("tablePrefix", .text(Rules.tablePrefix)),
            ]))
    ]
}
