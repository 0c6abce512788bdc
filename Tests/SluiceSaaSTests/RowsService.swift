import SluiceCore
import SluiceHTTP
import Testing

@testable import SluiceSaaS

/// A service with an entity `rows`, of which tests say how it is read.
struct RowsService {
    var page = "{cursor: next, parameter: after}"
    var key = "id"
    var fields = "id: int64, at: string"
    /// What stands behind `cursor`; empty for an entity without.
    var cursor = ""
    /// Further lines of the entity.
    var more: [String] = []
    /// Records of a page, where the service is told.
    var size: Int?

    static func address(_ path: String = "rows") throws(SluiceError) -> WebAddress {
        try WebAddress(parsing: "https://x.example.com/\(path)")
    }

    var declaration: String {
        let lines = (cursor.isEmpty ? [] : ["cursor: \(cursor)"]) + more
        return """
            connector: x
            summary: X.
            url: https://x.example.com
            entities:
              groups:
                description: A group.
                key: id
                fields: {id: int64}
                read: {path: /groups}
              rows:
                description: A row.
                key: \(key)
                fields: {\(fields)}
                read: {path: /rows, records: rows, \(size.map { "size: \($0), " } ?? "")page: \(page)}

            """ + lines.map { "    \($0)\n" }.joined()
    }

    func walk(from position: ReadPosition = ReadPosition(), needsCursor: Bool = false) throws -> PageWalk {
        let entity = try ServiceDeclaration(parsing: declaration, path: "x.yaml").entity("rows")
        return PageWalk(entity, try #require(entity.read), from: position, needsCursor: needsCursor)
    }
}
