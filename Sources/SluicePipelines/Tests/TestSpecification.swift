import SluiceCore

/// What the items of `tests` look like.
enum TestSpecification {
    static let runs = PipelineTest.Mode.allCases.map(\.rawValue) + ["both"]

    static let tests = OptionSpecification(
        "tests", shape, "What the pipeline makes of given inputs, for `sluice test`; they may stand in a file NAME.tests.yaml beside it.")

    static let shape = ValueShape.list(.object(keys), minimum: 0)

    private static let keys: [OptionSpecification] = [
        OptionSpecification("name", .string, isRequired: true, "What the test shows.", examples: ["late flights only"]),
        OptionSpecification(
            "inputs", .mapping(key: "source", .either([inputKeys, .list(.anything, minimum: 0), .string]), minimum: 0),
            "What the sources hold, by source: rows, or the text of a file."),
        OptionSpecification(
            "tables", .mapping(key: "table", .mapping(key: "column", .dataType, minimum: 1), minimum: 0),
            "Columns of the tables of the catalog whose types the step `resolve` takes."),
        OptionSpecification("parameters", .mapping(key: "name", .string, minimum: 0), "Values of parameters."),
        OptionSpecification("environment", .mapping(key: "name", .string, minimum: 0), "Variables for `${env:NAME}`."),
        OptionSpecification("now", .string, "What the clock says, for now() and for windows.", examples: ["2024-03-01T12:00:00Z"]),
        OptionSpecification(
            "run", .enumeration(runs), default: "batch",
            "batch: all pieces of the inputs at once; epochs: piece by piece, each going on behind the one before; or both."),
        OptionSpecification("expect", .object(expectation), "What must come out."),
    ]

    private static let inputKeys = ValueShape.object([
        OptionSpecification("rows", .list(.anything, minimum: 0), "Rows as mappings, or a list of such lists: pieces."),
        OptionSpecification("text", .oneOrMany(.string), "The text of a file or stream, or of several pieces."),
        OptionSpecification("files", .oneOrMany(.string), "Files to read; each is a piece."),
        OptionSpecification("format", .string, "The format of text and files, where the source does not tell it."),
        OptionSpecification("columns", .mapping(key: "column", .dataType, minimum: 0), "Types of columns, where the source declares none."),
    ])

    private static let rowList = ValueShape.list(.mapping(key: "column", .anything, minimum: 0), minimum: 0)
    private static let columns = OptionSpecification("columns", .oneOrMany(.column), "The only columns that are compared; all when absent.")
    private static let ordered = OptionSpecification(
        "ordered", .boolean, default: "false", "Whether the order of the rows is compared, too.")

    private static let output = ValueShape.object([
        OptionSpecification("rows", .either([rowList, .string]), isRequired: true, "The rows, as above.", examples: ["[]"]), columns,
        ordered,
    ])

    private static let expectation: [OptionSpecification] = [
        OptionSpecification(
            "rows", .either([rowList, .string]),
            "The rows that reach the sink: a list of mappings, or CSV with a header, in which an unquoted empty field is null."),
        columns, ordered,
        OptionSpecification(
            "outputs", .mapping(key: "output", .either([output, rowList, .string]), minimum: 1),
            "The rows that reach routes and side outputs, by their names; one that is not named is not looked at."),
        OptionSpecification(
            "dead_letters", .either([.list(.either([letter, .string]), minimum: 0), .integer(0 ... .max)]),
            "Records that are rejected: how many, or a list with the code or more of each; none when absent."),
        OptionSpecification(
            "error",
            .either([
                .object([
                    OptionSpecification("code", .string, "Its code."), OptionSpecification("message", .string, "A part of its message."),
                ]), .string,
            ]), "The error that ends the run, by its code or a part of its message."),
    ]

    private static let letter = ValueShape.object([
        OptionSpecification("code", .string, "The code of its reason."),
        OptionSpecification("step", .string, "The step, such as filter or 2 filter."),
        OptionSpecification("column", .string, "The column."),
        OptionSpecification("message", .string, "A part of its message."),
        OptionSpecification("record", .string, "The record's text."),
    ])
}
