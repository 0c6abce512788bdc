// The lines that put each function into the catalog, in the order in which their manuals are printed.
extension FunctionCatalog {
    static let text: [any ScalarFunction.Type] = [Upper.self]
    static let numbers: [any ScalarFunction.Type] = []
    static let dates: [any ScalarFunction.Type] = []
    static let lists: [any ScalarFunction.Type] = []
    static let conditionals: [any ScalarFunction.Type] = [Coalesce.self]
    static let nested: [any ScalarFunction.Type] = []
}
