import FuzzKit
import SluiceCore

@testable import SluiceFormats

/// Text: the first bytes choose options, which may take own patterns from the lines behind them; the rest is a file.
///
/// Blocks and the careful reader must see the same, each record exactly once and at its line, however the file is cut into chunks, with all
/// columns, with two, and with a condition; captures are those that the machine finds that follows all threads.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let chunkBytes = choices.one(of: [FormatLimits.chunkBytes, 64, 1, 300])
    // One of these for each input, because compiling patterns takes most of the time.
    let check = choices.one(of: Check.allCases)
    let options = choices.textOptions()
    guard let format = try? TextFormat(options: options) else { return 0 }
    var text = choices.rest
    if check == .manyCopies {
        let copies = 64
        // What takes longer than in proportion shows as a timeout.
        guard Captures.steps(format, text.count * copies) < 8 << 20 else { return 0 }
        text = Array(repeatElement(text, count: copies).joined())
    }
    let whole = Reading(format, text, chunkBytes: FormatLimits.chunkBytes, byBlocks: false)
    let blocks = Reading(format, text, chunkBytes: chunkBytes, byBlocks: true)
    blocks.seen.requireSame(as: whole.seen, "blocks and the careful reader")
    if check == .projection { compareProjection(format, text) }
    guard check == .places || check == .captures, format.encoding == .utf8, !text.starts(with: [0xEF, 0xBB, 0xBF]) else { return 0 }
    let records = PlainRecords(text, format, layout: whole.layout)
    records.requirePlaces(of: whole)
    if check == .captures { Captures.compare(format, records) }
    return 0
}

private enum Check: CaseIterable { case places, captures, projection, manyCopies }

/// The first and the last column alone, with a condition and without, are the same by blocks and by the careful reader.
private func compareProjection(_ format: TextFormat, _ text: [UInt8]) {
    guard let columns = format.expression?.columns, let first = columns.first, let last = columns.last, columns.count > 1 else { return }
    guard let schema = try? Schema([Field(last.name, last.type), Field(first.name, first.type)]) else { return }
    var request = ReadRequest(schema)
    let all = Reading(format, text, request)
    let careful = Reading(format, text, request, byBlocks: false)
    all.seen.requireSame(as: careful.seen, "two columns by blocks and by the careful reader")
    request.condition = IsNotNull(column: first.name)
    let kept = Reading(format, text, request)
    let expected = Reading(format, text, request, byBlocks: false)
    Fuzzing.requireSame(kept.seen.rows, expected.seen.rows, "two columns with a condition")
}

/// Keeps the rows where a column is not null.
private struct IsNotNull: RowCondition {
    let column: String
    var columns: [String] { [column] }
    var bounds: [ColumnBound] { [ColumnBound(column, .isNotNull)] }

    func kept(of batch: Batch) -> Bitmap {
        guard let values = batch[column] else { return Bitmap(repeating: true, count: batch.rowCount) }
        return Bitmap((0..<batch.rowCount).map { !values[$0].isNull })
    }
}

extension Choices {
    /// The most likely choice of each option is the default.
    fileprivate mutating func textOptions() -> [String: OptionValue] {
        var options: [String: OptionValue] = [:]
        let pattern = number(below: 24)
        let definitions = number(below: 4)
        let start = number(below: 8)
        options["null_texts"] = one(of: [nil, .texts([]), .texts(["", "-"])])
        options["date_pattern"] = one(of: [nil, .text("%d/%m/%Y")])
        options["timestamp_pattern"] = one(of: [nil, .text("%d.%m.%Y %H:%M")])
        options["encoding"] = one(of: [nil, nil, nil, .text("utf-16le"), .text("latin-1")])
        options["detect"] = one(of: [nil, .text("none")])
        let own = (0..<(definitions == 3 ? 2 : definitions)).map { _ in line() }
        if !own.isEmpty { options["patterns"] = .texts(own) }
        switch pattern {
        case 0..<8: options["pattern"] = .texts([line()])
        case 8: options["pattern"] = .texts([line(), line()])
        case 9: options["pattern"] = .texts(["%{COMBINEDAPACHELOG}", line()])
        case 10..<12: break
        default: options["pattern"] = .texts([patterns[(pattern - 12) % patterns.count]])
        }
        switch start {
        case 0..<4: break
        case 4: options["record_start"] = .text(line())
        default: options["record_start"] = .text(["%{TIMESTAMP_ISO8601}", #"\S"#, "> ?"][start - 5])
        }
        return options
    }
}

private let patterns = [
    "%{COMBINEDAPACHELOG}", "%{SYSLOGLINE}", "%{SYSLOG5424LINE}", "%{CATALINALOG}", "%{HTTPD_ERRORLOG}", "%{CRONLOG}",
    #"%{TIMESTAMP_ISO8601:time:timestamp} %{LOGLEVEL:level} +\[%{DATA:thread}\] %{JAVACLASS:class} - %{GREEDYDATA:message}"#,
    "%{INT:i:int} %{NUMBER:f:double} %{NOTSPACE:d:decimal(12,3)} %{WORD:b:boolean}",
    "%{DATE_EU:day:date},%{QUOTEDSTRING:text}", "%{URI:uri}|%{IP:address}|%{EMAILADDRESS:mail}|%{UUID:id}",
    "(?<a>a*?)(?<b>a*)(?<c>(?:a|ab)*)",
    "%{IPORHOST:host}(?::%{POSINT:port:int})? %{PATH:path} %{HTTPDATE:time:timestamptz}",
]
