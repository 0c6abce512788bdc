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

    /// Of a page that has nothing.
    init() {}

    /// - Returns: Nil where there is no list of records.
    init?(_ bytes: [UInt8], _ entity: ServiceEntity, _ read: ServiceEntity.Read) throws(JSONScanner.Failure) {
        let document = try JSONOutline(bytes)
        if let list = try document.find(read.records), document.scanner.kind(list) == .list {
            try take(list, entity, document.scanner)
        } else if !read.mayBeAbsent {
            return nil
        }
        if let path = read.flag?.path { flag = try document.text(path) }
        switch read.paging {
        case .cursor(let path, _), .address(let path): token = try document.text(path)
        default: break
        }
    }

    /// Goes through the records once, for their keys and cursors.
    private mutating func take(_ list: Range<Int>, _ entity: ServiceEntity, _ scanner: JSONScanner) throws(JSONScanner.Failure) {
        let paths = entity.key.map { $0.split(separator: ".").map(String.init) } + [entity.cursor?.field].compactMap(\.self)
        let found = try scanner.elements(list, with: paths.map { $0.first ?? "" })
        records.reserveCapacity(found.count)
        keys.reserveCapacity(found.count)
        cursors.reserveCapacity(found.count)
        for (record, values) in found {
            records.append(record)
            var texts: [String?] = []
            for (path, value) in zip(paths, values) {
                let place = try value.flatMap { value throws(JSONScanner.Failure) in try scanner.find(Array(path.dropFirst()), in: value) }
                texts.append(try place.flatMap { place throws(JSONScanner.Failure) in try scanner.text(place) })
            }
            let key = texts.prefix(entity.key.count).map { $0 ?? "" }
            keys.append(key.allSatisfy(\.isEmpty) ? "" : key.count == 1 ? key[0] : key.joined(separator: "\u{1F}"))
            cursors.append(entity.cursor == nil ? nil : texts[texts.count - 1])
        }
    }
}
