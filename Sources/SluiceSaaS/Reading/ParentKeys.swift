package import SluiceCore

/// The keys of a record's parents, outermost first, in one text: `C024BE91L`, or of a thread `C024BE91L/1700000000.000100`.
package struct ParentKeys: Hashable, Sendable {
    package var keys: [String]

    package init(_ keys: [String]) { self.keys = keys }

    /// - Parameter depth: How many parents there are.
    package init(_ text: String, depth: Int) {
        guard depth > 1 else {
            keys = depth == 0 ? [] : [text]
            return
        }
        keys = text.split(separator: "/", maxSplits: depth - 1, omittingEmptySubsequences: false).map { Self.plain(String($0)) }
    }

    /// One key as it is; of several, slashes are written as `%2F`.
    package var text: String {
        keys.count < 2
            ? keys.first ?? "" : keys.map { $0.replacing("%", with: "%25").replacing("/", with: "%2F") }.joined(separator: "/")
    }

    private static func plain(_ text: String) -> String { text.replacing("%2F", with: "/").replacing("%25", with: "%") }
}

extension ServiceDeclaration {
    /// The parents of an entity, outermost first.
    ///
    /// - Throws: `invalidOption` for a circle; `notFound`.
    package func parents(of entity: ServiceEntity) throws(SluiceError) -> [ServiceEntity.Parent] {
        var chain: [ServiceEntity.Parent] = []
        var next = entity.parent
        while let parent = next {
            guard chain.count < 4 else {
                throw SluiceError(.invalidOption, "the parents of \(entity.name) lead in a circle, or are more than 4")
            }
            chain.insert(parent, at: 0)
            next = try self.entity(parent.entity).parent
        }
        return chain
    }
}
