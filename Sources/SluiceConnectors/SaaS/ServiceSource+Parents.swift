import SluiceCore
import SluiceJSON
import SluiceSaaS

/// A record of another entity whose own records are read.
struct ServiceParent: Hashable, Sendable {
    /// Its key, and before it those of its own parents, as `ParentKeys` writes them.
    var key: String
    /// What it says of its records, where that changes with them; nil where it says nothing.
    var mark: String?
}

extension ServiceSource {
    /// The records whose records are read; one nil for an entity of its own.
    ///
    /// - Parameter isFresh: Whether the service is asked anew.
    func parents(isFresh: Bool) async throws -> [ServiceParent?] {
        guard entity.parent != nil else { return [nil] }
        if !isFresh, let known = progress.parents { return known }
        let found = try await parents(of: entity)
        progress.note(parents: found)
        return found
    }

    /// Reads the parent's entity whole, below each of its own parents.
    private func parents(of child: ServiceEntity) async throws -> [ServiceParent] {
        guard let parent = child.parent else { return [] }
        let above = try session.declaration.entity(parent.entity)
        let outer: [String?] = try await above.parent == nil ? [nil] : parents(of: above).map { $0.key }
        let depth = try session.declaration.parents(of: above).count
        var found: [ServiceParent] = []
        // Pages of a list that grows meanwhile name some of it twice.
        var known: Set<String> = []
        for key in outer {
            let reader = try ServiceReader(session, above, parent: key, from: ReadPosition(startingAt: nil))
            while let page = try await reader.next() {
                let outerKeys = key.map { ParentKeys($0, depth: depth).keys } ?? []
                found += Self.parents(parent, above, on: page, under: outerKeys).filter { known.insert($0.key).inserted }
                guard found.count <= SaaSLimits.parents else {
                    throw SluiceError(.limitExceeded, "\(session.declaration.name) has more than \(SaaSLimits.parents) \(above.name)")
                }
            }
            if let refusal = reader.refusal { progress.leaveOut("\(session.declaration.name)/\(above.name)/\(key ?? "")", refusal) }
        }
        return found
    }

    private static func parents(
        _ parent: ServiceEntity.Parent, _ above: ServiceEntity, on page: RecordPage, under outer: [String]
    ) -> [ServiceParent] {
        let scanner = JSONScanner(page.bytes)
        func text(_ path: [String], _ record: Range<Int>) -> String? {
            guard let place = try? scanner.find(path, in: record) else { return nil }
            return try? scanner.text(place)
        }
        let path = above.key.first?.split(separator: ".").map(String.init) ?? []
        return page.records.compactMap { record in
            guard let key = text(path, record) else { return nil }
            if let count = parent.count, text(count, record).flatMap({ Int64($0) }) ?? 0 <= 0 { return nil }
            let mark = parent.changes.isEmpty ? nil : parent.changes.map { text($0, record) ?? "" }.joined(separator: "/")
            return ServiceParent(key: ParentKeys(outer + [key]).text, mark: mark)
        }
    }
}
