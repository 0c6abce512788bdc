/// The keys of declared databases, tables and views: what is checked, and what the page about the catalog says.
package enum DeclarationKeys {
    private static let texts = ValueShape.mapping(key: "name", .string, minimum: 0)

    package static let database = [
        OptionSpecification("database", .string, isRequired: true, "The database's name.", examples: ["sales"]),
        OptionSpecification("comment", .string, "What it holds."),
        OptionSpecification("location", .string, "Where its tables usually are."),
        OptionSpecification("parameters", texts, "What other programs keep with it."),
    ]

    private static let column = ValueShape.either([
        .dataType,
        .object([
            OptionSpecification("type", .dataType, isRequired: true, "The column's type."),
            OptionSpecification("nullable", .boolean, default: "true", "Whether values may be absent."),
            OptionSpecification("comment", .string, "What it means."),
            OptionSpecification("parameters", texts, "What other programs keep with it."),
        ]),
    ])

    private static let described = [
        OptionSpecification("comment", .string, "What it holds."),
        OptionSpecification("owner", .string, "Who answers for it."),
        OptionSpecification("tags", texts, "Words to find it by, with values.", examples: ["{team: sales, pii: \"\"}"]),
        OptionSpecification("deprecated", .string, "Why it should not be used any more; an empty text takes it back."),
        OptionSpecification(
            "columns", .mapping(key: "column", column, minimum: 1),
            "All columns in order: a type, or a mapping with type, nullable, comment.",
            examples: ["{id: int64, amount: {type: \"decimal(12,2)\", comment: net}}"]),
        OptionSpecification("parameters", texts, "What other programs keep with it."),
    ]

    package static let table =
        [OptionSpecification("table", .string, isRequired: true, "The table's name.", examples: ["sales.orders"])] + described + [
            OptionSpecification(
                "partition_keys", .mapping(key: "column", column, minimum: 0), "Columns whose values stand in the paths, outermost first.",
                examples: ["{year: int32, month: string}"]),
            OptionSpecification("location", .string, "The directory, or the one file, that holds the data."),
            OptionSpecification("format", .string, "How the files are read.", examples: ["csv", "parquet"]),
            OptionSpecification("format_options", texts, "Options of the format.", examples: ["{delimiter: \";\"}"]),
            OptionSpecification("kind", .string, default: "EXTERNAL_TABLE", "The table's type, as Glue and Hive name it."),
            OptionSpecification("storage", .object(storage), "What Hive, Spark and Athena are told beyond what the format says."),
        ]

    package static let view =
        [
            OptionSpecification("view", .string, isRequired: true, "The view's name.", examples: ["sales.large_orders"]),
            OptionSpecification("sql", .string, isRequired: true, "Its query."),
            OptionSpecification("original", .string, "The query in another program's own form."),
        ] + described

    package static let schema = [
        OptionSpecification(
            "schema", .string, isRequired: true, "The schema's name, with its registry unless that is the default one.",
            examples: ["orders", "sales/orders"]),
        OptionSpecification(
            "format", .string, isRequired: true, "The language: avro, json or protobuf.", examples: ["avro"]),
        OptionSpecification(
            "compatibility", .string, "What later versions must be able to do; BACKWARD for a schema that is new.", examples: ["FULL_ALL"]),
        OptionSpecification("description", .string, "What records of the schema are."),
        OptionSpecification("definition", .string, "The text of the latest version."),
        OptionSpecification("file", .string, "A file beside this one with the text, in place of definition.", examples: ["orders.avsc"]),
    ]

    static let storage = [
        OptionSpecification("input_format", .string, "The class that reads files."),
        OptionSpecification("output_format", .string, "The class that writes files."),
        OptionSpecification("compressed", .boolean, "Whether files are compressed."),
        OptionSpecification(
            "serde",
            .object([
                OptionSpecification("name", .string, "Its name."), OptionSpecification("library", .string, "Its class."),
                OptionSpecification("parameters", texts, "Its settings."),
            ]), "What turns bytes into columns."),
        OptionSpecification("bucket_count", .integer(-1...1_000_000), "Buckets of each partition."),
        OptionSpecification("bucket_columns", .list(.string, minimum: 0), "Columns whose hash picks the bucket."),
        OptionSpecification(
            "sort_columns", .list(.string, minimum: 0), "Columns that rows of a bucket are sorted by; `desc` may stand behind one.",
            examples: ["[id, \"at desc\"]"]),
        OptionSpecification("parameters", texts, "What other programs keep with it."),
        OptionSpecification("additional_locations", .list(.string, minimum: 0), "Further places with data."),
        OptionSpecification("stored_as_sub_directories", .boolean, "Whether frequent values have directories of their own."),
        OptionSpecification(
            "skew",
            .object([
                OptionSpecification("columns", .list(.string, minimum: 1), isRequired: true, "Columns with frequent values."),
                OptionSpecification("values", .list(.string, minimum: 0), "The values."),
                OptionSpecification("locations", texts, "Where their rows are."),
            ]), "Values that have files of their own."),
        OptionSpecification(
            "schema_reference",
            .object([
                OptionSpecification("registry", .string, "The registry."), OptionSpecification("schema", .string, "The schema."),
                OptionSpecification("version_id", .string, "The version's id."),
                OptionSpecification("version_number", .integer(1 ... .max), "The version's number."),
            ]), "A version of a schema in a registry."),
    ]
}
