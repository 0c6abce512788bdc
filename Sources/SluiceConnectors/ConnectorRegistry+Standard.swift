package import SluicePipelines
import SluiceSaaS

extension ConnectorRegistry {
    /// All connectors of Sluice. A new one is a folder and a line here.
    package static let standard = ConnectorRegistry(
        [
            FilesConnector(), TableConnector(), StreamConnector(), KinesisConnector(), KafkaConnector(), SQLiteConnector(),
            PostgreSQLConnector(), RedshiftConnector(), DeclaredServiceConnector(), SingerConnector(), WebhookConnector(),
        ] + ServiceConnector.embedded)
}
