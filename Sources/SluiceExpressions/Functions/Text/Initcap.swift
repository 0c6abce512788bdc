import SluiceCore

enum Initcap: ScalarFunction {
    static let manual = Manual(
        "initcap", .text, "initcap(text)", arguments: 1...1,
        "Each word with its first letter in upper case and the others in lower case; words are runs of letters and digits.",
        [Example("initcap('NEW yORK, la guardia')", yields: "'New York, La Guardia'"), Example("initcap('élan')", yields: "'Élan'")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        KernelNode(.string, [try call.text(0)]) { input, failures in
            input.mapTexts(&failures) { text, _, output, _ in
                var isInside = false
                for scalar in TextKernels.string(text).unicodeScalars {
                    let properties = scalar.properties
                    output.append(isInside ? properties.lowercaseMapping : properties.titlecaseMapping)
                    isInside = properties.isAlphabetic || properties.numericType != nil
                }
            }
        }
    }
}
