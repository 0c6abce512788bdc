import SluiceJSON

/// What of a page's JSON the walk looks at.
struct PageParts {
    var records: [Range<Int>] = []
    /// Of each record, as text; empty where it has none.
    var keys: [String] = []
    /// Of each record.
    var cursors: [String?] = []
    var flag: String?
    /// The text on the page that leads to the next.
    var token: String?

    /// - Returns: Nil where there is no list of records.
    init?(_ bytes: [UInt8], _ entity: ServiceEntity, _ read: ServiceEntity.Read) throws(JSONScanner.Failure) {
        let scanner = JSONScanner(bytes)
        let document = try scanner.document()
        if let list = try scanner.find(read.records, in: document), scanner.kind(list) == .list {
            records = try scanner.elements(list)
        } else if !read.mayBeAbsent {
            return nil
        }
        let keyPaths = entity.key.map { $0.split(separator: ".").map(String.init) }
        for record in records {
            var key: [String] = []
            for path in keyPaths { key.append(try Self.text(path, record, scanner) ?? "") }
            keys.append(key.allSatisfy(\.isEmpty) ? "" : key.joined(separator: "\u{1F}"))
            if let cursor = entity.cursor { cursors.append(try Self.text(cursor.field, record, scanner)) } else { cursors.append(nil) }
        }
        if let path = read.flag?.path { flag = try Self.text(path, document, scanner) }
        switch read.paging {
        case .cursor(let path, _), .address(let path): token = try Self.text(path, document, scanner)
        default: break
        }
    }

    private static func text(_ path: [String], _ place: Range<Int>, _ scanner: JSONScanner) throws(JSONScanner.Failure) -> String? {
        guard let found = try scanner.find(path, in: place) else { return nil }
        return try scanner.text(found)
    }
}
