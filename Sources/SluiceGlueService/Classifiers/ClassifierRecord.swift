import SluiceCatalog
import SluiceCore
import SluiceCrawler
import SluiceFormats
import SluiceServer

/// A classifier as the catalog keeps it for the service.
struct ClassifierRecord: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case grok = "GrokClassifier"
        case json = "JsonClassifier"
        case csv = "CsvClassifier"
    }

    let name: String
    let kind: Kind
    /// Those of the request, without the name.
    let members: [String: WireValue]

    init(name: String, kind: Kind, members: [String: WireValue]) {
        self.name = name
        self.kind = kind
        self.members = members
    }

    /// Nil for a document that is none.
    init?(_ document: StoredDocument) {
        guard let content = WireValue(json: document.content), let member = content.members.first, let kind = Kind(rawValue: member.name)
        else { return nil }
        self.init(
            name: document.name, kind: kind,
            members: Dictionary(member.value.members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
    }

    /// The content of its document.
    var content: WireValue {
        .object([.init(kind.rawValue, .object(members.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }))])
    }

    /// As answers have it.
    func value(_ document: StoredDocument) -> WireValue {
        let more = WireValue.structure([
            "Name": .text(name), "CreationTime": .time(micros: document.createdMicros),
            "LastUpdated": .time(micros: document.updatedMicros),
            "Version": .integer(document.revision),
        ])
        return .object([.init(kind.rawValue, more.adding(content.members[0].value.members))])
    }

    /// What a crawl asks.
    ///
    /// - Throws: `invalidOption` for a pattern, path or mark that is none.
    var custom: CustomClassifier {
        get throws {
            switch kind {
            case .grok: return try CustomClassifier(name: name, format: "text", options: grok, classification: text("Classification"))
            case .json: return try CustomClassifier(name: name, format: "json", options: ["records": .text(text("JsonPath") ?? "")])
            case .csv:
                return try CustomClassifier(
                    name: name, format: "csv", options: try csv, allowsSingleColumn: members["AllowSingleColumn"] == .boolean(true))
            }
        }
    }

    private func text(_ member: String) -> String? { members[member]?.string }

    /// The library's patterns with those of the classifier before them, one on each line.
    private var grok: [String: OptionValue] {
        var options: [String: OptionValue] = ["pattern": .texts([text("GrokPattern") ?? ""])]
        let own = (text("CustomPatterns") ?? "").split(whereSeparator: \.isNewline).map { String($0.drop { $0 == " " || $0 == "\t" }) }
            .filter { !$0.isEmpty }
        if !own.isEmpty { options["patterns"] = .texts(own) }
        return options
    }

    /// - Throws: `InvalidInputException` for names of which nobody says whether a first line has them, too.
    private var csv: [String: OptionValue] {
        get throws {
            var options: [String: OptionValue] = [:]
            if let delimiter = text("Delimiter") { options["delimiter"] = .text(delimiter) }
            if let quote = text("QuoteSymbol") { options["quote"] = .text(quote) }
            if members["DisableValueTrimming"] == .boolean(false) { options["trim"] = .boolean(true) }
            let names = members["Header"]?.texts ?? []
            let header = text("ContainsHeader") ?? "UNKNOWN"
            switch (header, names.isEmpty) {
            case ("PRESENT", false):
                options["header"] = .texts(names)
                options["skip_lines"] = .integer(1)
            case ("ABSENT", true): options["header"] = .boolean(false)
            case ("ABSENT", false): options["header"] = .texts(names)
            case (_, false):
                throw Faults.invalid("A Header needs ContainsHeader: PRESENT where the first line is one, ABSENT where it is a record.")
            default: break
            }
            return options
        }
    }
}
