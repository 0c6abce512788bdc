/// A look at the start of an XML document: enough to name it and its rows.
struct XMLGlance {
    let root: String
    /// The element that is repeated below the root.
    let row: String?

    /// Nil where the bytes are no XML.
    init?(_ start: [UInt8]) {
        var names: [String] = []
        var depth = 0
        var children: [String: Int] = [:]
        var order: [String] = []
        var rest = start[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[(open + 1)...]
            guard let close = rest.firstIndex(of: UInt8(ascii: ">")), let first = rest.first else { break }
            let tag = rest[..<close]
            rest = rest[(close + 1)...]
            if first == UInt8(ascii: "?") || first == UInt8(ascii: "!") { continue }
            if first == UInt8(ascii: "/") {
                depth -= 1
                continue
            }
            guard let name = Self.name(tag) else { return nil }
            if names.isEmpty { names.append(name) }
            if depth == 1 {
                if children[name] == nil { order.append(name) }
                children[name, default: 0] += 1
            }
            if tag.last != UInt8(ascii: "/") { depth += 1 }
        }
        guard let root = names.first, !["html", "svg"].contains(root.lowercased()) else { return nil }
        self.root = root
        row = order.first { children[$0, default: 0] > 1 } ?? order.first
    }

    private static func name(_ tag: ArraySlice<UInt8>) -> String? {
        let name = tag.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
        guard let first = name.first, (first | 0x20) &- 0x61 < 26 || first == UInt8(ascii: "_") || first >= 0x80 else { return nil }
        return String(validating: name, as: UTF8.self)
    }

    var name: String { "an XML document <\(root)>" + (row.map { ", rows <\($0)>" } ?? "") }
}
