package import SluiceCore

/// The options that a definition gives to a connector, each with its place; typed access throws placed errors.
///
/// Loaded definitions were checked against the connector's specifications, so a connector meets the shapes that it declared.
/// Values from Swift: `OptionValues([("files", .text("in/*.csv")), ("format", .text("csv"))])`.
package struct OptionValues: Sendable {
    /// A mapping; the option named like the connector is among its entries.
    package let node: DefinitionNode

    package init(_ node: DefinitionNode) { self.node = node }

    package init(_ entries: [(String, DefinitionNode)], at location: SourceLocation? = nil) {
        node = .mapping(entries, at: location)
    }

    /// Names of the options given, in the order of the text.
    package var names: [String] {
        if case .mapping(let entries) = node.content { entries.map(\.key) } else { [] }
    }

    package subscript(name: String) -> DefinitionNode? { node[key: name] }
    package func has(_ name: String) -> Bool { self[name] != nil }

    /// Where an option's value stands; the whole end's place for one that was not given.
    package func location(of name: String) -> SourceLocation? { self[name]?.location ?? node.location }

    package func require(_ name: String) throws(SluiceError) -> DefinitionNode { try node.require(name) }
    package func string(_ name: String) throws(SluiceError) -> String? { try self[name]?.string() }
    package func integer(_ name: String) throws(SluiceError) -> Int? { try self[name]?.integer() }
    package func boolean(_ name: String) throws(SluiceError) -> Bool? { try self[name]?.boolean() }
    package func dataType(_ name: String) throws(SluiceError) -> DataType? { try self[name]?.dataType() }

    package func enumeration<Choice: RawRepresentable & CaseIterable>(_ name: String, as type: Choice.Type) throws(SluiceError) -> Choice?
    where Choice.RawValue == String {
        try self[name]?.enumeration(type)
    }

    /// A text, or a list of texts; empty when the option was not given.
    package func strings(_ name: String) throws(SluiceError) -> [String] {
        guard let node = self[name] else { return [] }
        var texts: [String] = []
        for item in node.oneOrMany() { texts.append(try item.string()) }
        return texts
    }

    /// A mapping from names to types, in the order of the text, with the place of each name.
    package func columnTypes(_ name: String) throws(SluiceError) -> [(name: String, type: DataType, location: SourceLocation?)] {
        guard let node = self[name] else { return [] }
        var columns: [(name: String, type: DataType, location: SourceLocation?)] = []
        for entry in try node.mapping() { columns.append((entry.key, try entry.value.dataType(), entry.keyLocation)) }
        return columns
    }

    /// The options of an option that is itself a mapping; nil when it was not given.
    package func nested(_ name: String) -> OptionValues? { self[name].map { OptionValues($0) } }

    /// An error about one option, placed at its value.
    package func invalid(_ name: String, _ message: String, remedy: String? = nil) -> SluiceError {
        SluiceError(.invalidOption, message, at: location(of: name), remedy: remedy)
    }
}
