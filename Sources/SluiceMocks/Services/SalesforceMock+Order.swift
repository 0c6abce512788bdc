import SluiceJSON

extension SalesforceMock {
    /// Rows in the order that a query asks for; equal ones by SystemModstamp and Id.
    func ordered(_ entries: [Timeline.Entry], by query: SOQLQuery) -> [Timeline.Entry] {
        let keyed = entries.map { entry -> (entry: Timeline.Entry, keys: [JSONNode]) in
            let members = members(query.object, entry.index)
            let keys = query.order.map { term -> JSONNode in
                // Its text has whole seconds.
                if term.field == "SystemModstamp" { return .integer(Int(entry.updated)) }
                return members.first { $0.name == term.field }?.value ?? .null
            }
            return (entry, keys)
        }
        return keyed.sorted { a, b in
            for (place, term) in query.order.enumerated() {
                if let isBefore = Self.isBefore(a.keys[place], b.keys[place], term) { return isBefore }
            }
            return (a.entry.updated, a.entry.index) < (b.entry.updated, b.entry.index)
        }.map(\.entry)
    }

    /// Nil for equal values.
    private static func isBefore(_ a: JSONNode, _ b: JSONNode, _ term: SOQLQuery.Term) -> Bool? {
        if a == .null || b == .null { return a == b ? nil : (a == .null) != term.hasNullsLast }
        let order = a.number.flatMap { a in b.number.map { b in a == b ? 0 : a < b ? -1 : 1 } } ?? texts(a, b)
        return order == 0 ? nil : (order < 0) != term.isDescending
    }

    private static func texts(_ a: JSONNode, _ b: JSONNode) -> Int {
        let (a, b) = ((a.string ?? "\(a)").lowercased(), (b.string ?? "\(b)").lowercased())
        return a == b ? 0 : a < b ? -1 : 1
    }
}

extension JSONNode {
    fileprivate var number: Double? {
        guard case .number(let digits) = self else { return nil }
        return Double(String(decoding: digits, as: UTF8.self))
    }
}
