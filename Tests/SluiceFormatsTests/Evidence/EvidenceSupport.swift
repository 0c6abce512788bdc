import SluiceCore
import SluiceFormats

/// The evidence of one file's records.
func evidence(
    _ text: String, _ format: any RecordFormat, path: String = "test.csv", wholeBlocks: Bool = true
) throws -> TableEvidence {
    var framer = try format.open(MemorySource(Array(text.utf8)), path: path)
    var found = TableEvidence()
    var reader = try format.evidenceReader(framer.layout, path: path)
    if wholeBlocks {
        while let block = try framer.nextBlock() { reader.take(block, into: &found) }
    } else {
        while let framed = try framer.next() { reader.take(framed, into: &found) }
    }
    return found
}

/// What is decided on the columns of a CSV file.
func decided(_ text: String, mixed: MixedTypes = .string) throws -> TableDecision {
    TableDecision(try evidence(text, csv()), format: "csv", mixed: mixed)
}

/// A column of values with a second one beside it, so that an empty value is a record.
func column(_ values: [String]) -> String { "value,n\n" + values.map { "\($0),1\n" }.joined() }
