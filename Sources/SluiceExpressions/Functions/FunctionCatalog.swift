/// All functions, by subject and name. A new function is one line here.
package enum FunctionCatalog {
    static let functions: [any ScalarFunction.Type] = text + numbers + dates + lists + maps + conditionals + nested + hashes

    /// Manuals of the functions of one row, in the order in which they are printed.
    package static let manuals: [Manual] = functions.map { $0.manual }

    /// Manuals of the aggregates.
    package static var aggregates: [Manual] { AggregateCatalog.manuals }

    /// Names and aliases.
    package static let names: [String] = manuals.flatMap { [$0.name] + $0.aliases }

    /// The manual of a function or aggregate by its name or alias, in any letter case.
    package static func manual(named name: String) -> Manual? {
        let lower = name.lowercased()
        return function(named: name)?.manual ?? aggregates.first { $0.name == lower || $0.aliases.contains(lower) }
    }

    static func function(named name: String) -> (any ScalarFunction.Type)? { byName[name.lowercased()] }

    private static let byName: [String: any ScalarFunction.Type] = functions.reduce(into: [:]) { table, function in
        for name in [function.manual.name] + function.manual.aliases { table[name] = function }
    }
}
