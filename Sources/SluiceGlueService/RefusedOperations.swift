/// Operations of the service that are not offered, with what to do instead. Source of the names: the API model of 2026-08.
enum RefusedOperations {
    static let reasons: [String: String] = Dictionary(
        uniqueKeysWithValues: groups.flatMap { group in group.operations.map { ($0, group.reason) } })

    private static let groups: [(reason: String, operations: [String])] = [
        (
            "a script is written by whoever runs it: as a pipeline, or as a program of Python",
            [
                "CreateScript", "GetDataflowGraph", "GetJobUpgradeAnalysis", "GetPlan", "StartJobUpgradeAnalysis",
                "StopJobUpgradeAnalysis", "UpdateJobFromSourceControl", "UpdateSourceControlFromJob",
            ]
        ),
        (
            "`sluice runs logs` shows what a run of a job has printed",
            ["GetSystemLogsForJobRun", "GetSystemLogsForSession"]
        ),
        (
            "a workflow is made of its triggers; there are no templates of workflows",
            [
                "BatchGetBlueprints", "CreateBlueprint", "DeleteBlueprint", "GetBlueprint", "GetBlueprintRun", "GetBlueprintRuns",
                "ListBlueprints", "StartBlueprintRun", "UpdateBlueprint",
            ]
        ),
        (
            "rule sets are written by who knows the data, and judged when somebody asks: StartDataQualityRulesetEvaluationRun, `sluice quality run`",
            [
                "BatchGetDataQualityResultV2", "BatchPutDataQualityStatisticAnnotation", "CreateDataQualityEvaluationConfig",
                "DeleteDataQualityEvaluationConfig", "GetDataQualityEvaluationConfig", "GetDataQualityModel",
                "GetDataQualityModelResult", "GetDataQualityResultV2", "ListDataQualityEvaluationConfigs",
                "ListDataQualityResultsV2", "ListDataQualityStatisticAnnotations", "ListDataQualityStatistics",
                "PublishDataQualityResultV2", "PutDataQualityProfileAnnotation", "UpdateDataQualityEvaluationConfig",
            ]
        ),
        (
            "there is no machine learning",
            [
                "CancelMLTaskRun", "CreateMLTransform", "DeleteMLTransform", "GetMLTaskRun", "GetMLTaskRuns", "GetMLTransform",
                "GetMLTransforms", "ListMLTransforms", "StartExportLabelsTaskRun", "StartImportLabelsTaskRun",
                "StartMLEvaluationTaskRun", "StartMLLabelingSetGenerationTaskRun", "UpdateMLTransform",
            ]
        ),
        (
            "there are no Spark sessions: `sluice query` answers SQL",
            [
                "BatchGetDevEndpoints", "CancelStatement", "CreateDevEndpoint", "CreateSession", "DeleteDevEndpoint",
                "DeleteSession", "GetDashboardUrl", "GetDevEndpoint", "GetDevEndpoints", "GetSession", "GetSessionEndpoint",
                "GetStatement", "ListDevEndpoints", "ListSessions", "ListStatements", "RunStatement", "StopSession",
                "UpdateDevEndpoint",
            ]
        ),
        (
            "a service without a connector is declared in a file, which `sluice connections add` takes",
            [
                "DeleteConnectionType", "RegisterConnectionType",
            ]
        ),
        (
            "nothing computes statistics by the clock: start a task run",
            [
                "StartColumnStatisticsTaskRunSchedule", "StopColumnStatisticsTaskRunSchedule",
            ]
        ),
        (
            "no files are rewritten behind the back of their pipelines",
            [
                "BatchGetTableOptimizer", "CreateTableOptimizer", "DeleteTableOptimizer", "GetMaterializedViewRefreshTaskRun",
                "GetTableOptimizer", "ListMaterializedViewRefreshTaskRuns", "ListTableOptimizerRuns",
                "StartMaterializedViewRefreshTaskRun", "StopMaterializedViewRefreshTaskRun", "UpdateTableOptimizer",
            ]
        ),
        (
            "there are no permissions by principal",
            [
                "CreateGlueIdentityCenterConfiguration", "CreateUsageProfile", "DeleteGlueIdentityCenterConfiguration",
                "DeleteResourcePolicy", "DeleteUsageProfile", "GetGlueIdentityCenterConfiguration",
                "GetUnfilteredPartitionMetadata", "GetUnfilteredPartitionsMetadata", "GetUnfilteredTableMetadata",
                "GetUsageProfile", "ListUsageProfiles", "PutResourcePolicy", "UpdateGlueIdentityCenterConfiguration",
                "UpdateUsageProfile",
            ]
        ),
        (
            "the catalog is a file of the state directory, as safe as its disk",
            [
                "CreateSecurityConfiguration", "DeleteSecurityConfiguration", "GetSecurityConfiguration",
                "GetSecurityConfigurations", "PutDataCatalogEncryptionSettings",
            ]
        ),
        (
            "kinds of sensitive data are told by no scan here; pipelines mask columns",
            [
                "BatchGetCustomEntityTypes", "CreateCustomEntityType", "DeleteCustomEntityType", "GetCustomEntityType",
                "ListCustomEntityTypes",
            ]
        ),
        (
            "flows and pipelines move records from services and databases",
            [
                "CreateIntegration", "CreateIntegrationResourceProperty", "CreateIntegrationTableProperties", "DeleteIntegration",
                "DeleteIntegrationResourceProperty", "DeleteIntegrationTableProperties", "DescribeInboundIntegrations",
                "DescribeIntegrations", "GetIntegrationResourceProperty", "GetIntegrationTableProperties",
                "ListIntegrationResourceProperties", "ListIntegrationTableProperties", "ModifyIntegration",
                "UpdateIntegrationResourceProperty", "UpdateIntegrationTableProperties",
            ]
        ),
        (
            "there is one catalog, that of the state directory",
            [
                "CreateCatalog", "DeleteCatalog", "GetDataCatalogExportConfiguration", "PutDataCatalogExportConfiguration",
                "UpdateCatalog",
            ]
        ),
        (
            "comments, owners and tags of tables say what they mean",
            [
                "AssociateGlossaryTerms", "BatchGetIterableForms", "CreateGlossary", "CreateGlossaryTerm", "DeleteAsset",
                "DeleteAttachment", "DeleteFormType", "DeleteGlossary", "DeleteGlossaryTerm", "DisassociateGlossaryTerms",
                "GetAsset", "GetAssetType", "GetFormType", "GetGlossary", "GetGlossaryTerm", "ListAssetTypes", "ListFormTypes",
                "ListGlossaries", "ListGlossaryTerms", "ListIterableForms", "PutAsset", "PutAttachment", "PutFormType",
                "SearchAssets", "UpdateAsset", "UpdateGlossary", "UpdateGlossaryTerm",
            ]
        ),
    ]
}
