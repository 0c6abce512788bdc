package import SluiceCore

extension DefinitionSchema {
    /// The JSON Schema of a document with these keys: those of the library above this one, which no connector adds to.
    ///
    /// - Parameters:
    ///   - title: What such a document is called.
    ///   - keys: Without sources, sinks, steps and columns, whose shapes only definitions of pipelines have.
    package static func document(title: String, description: String, keys: [OptionSpecification]) -> Value {
        let head: [Value.Member] = [
            .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")), .init("title", .string(title)),
            .init("description", .string(description)),
        ]
        let shared = Value.object(["expression": expressionSchema, "type": typeSchema])
        return .structure(head + objectSchema(keys) + [.init("$defs", shared)])
    }
}
