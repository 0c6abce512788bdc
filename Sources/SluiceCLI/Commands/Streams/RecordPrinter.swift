import SluiceCore
import SluiceStreams

/// Prints records one by one, as they are read.
struct RecordPrinter: Sendable {
    enum Form: Sendable {
        /// Place, key and data, for a person.
        case text
        /// A JSON object, on a line of its own.
        case json
        /// The data and a line end. What a terminal could take as a command is escaped on terminals.
        case data
    }

    let console: Console
    let form: Form
    /// Whether a place begins with the shard's number.
    var isNumbered: Bool

    func print(_ record: PrintedRecord) { console.out.write(bytes(record)) }

    /// What is printed of a record, with its line end.
    func bytes(_ record: PrintedRecord) -> [UInt8] {
        let content =
            switch form {
            case .text: Array(CellText.escaped(line(record)).utf8)
            case .json: Array(record.json.json.utf8)
            case .data where console.out.isTerminal: Array(CellText.escaped(String(decoding: record.payload, as: UTF8.self)).utf8)
            case .data: record.payload
            }
        return content + [0x0A]
    }

    /// Shard and sequence number, key, and the payload as text.
    func line(_ record: PrintedRecord) -> String {
        let number = record.part.map { "\(record.sequence).\($0)" } ?? record.sequence.description
        let place = isNumbered ? "\(record.shard)@\(number)" : number
        return "\(place)  \(PrintedRecord.text(record.key))  \(PrintedRecord.text(record.payload))"
    }
}
