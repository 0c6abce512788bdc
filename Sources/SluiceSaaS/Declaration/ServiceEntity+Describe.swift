package import SluiceCore
import SluiceHTTP
import SluiceJSON
import SluicePipelines

extension ServiceEntity {
    /// How the service itself tells the fields of an entity.
    package struct Describe: Sendable {
        package var path: TemplateText
        /// Where the list of fields is.
        package var fields: [String]
        /// Where a field has its name, and its type.
        package var name: [String]
        package var type: [String]
        /// Types by the service's words; text for all others.
        package var types: [String: DataType]
        /// Words whose fields are left out, such as those that stand for several others.
        package var without: Set<String>
    }

    static let describeKeys = [
        OptionSpecification("path", .string, isRequired: true, "The path behind the service's address."),
        OptionSpecification("fields", .string, default: "fields", "Where the list of fields is."),
        OptionSpecification("name", .string, default: "name", "Where a field has its name."),
        OptionSpecification("type", .string, default: "type", "Where a field has its type."),
        OptionSpecification("types", .mapping(key: "word", .dataType, minimum: 1), "Types by the service's words; text for all others."),
        OptionSpecification("without", .oneOrMany(.string), "Words whose fields are left out."),
    ]
}

extension ServiceEntity.Describe {
    init(_ node: DefinitionNode) throws(SluiceError) {
        path = try node.require("path").template()
        fields = try node[key: "fields"]?.path() ?? ["fields"]
        name = try node[key: "name"]?.path() ?? ["name"]
        type = try node[key: "type"]?.path() ?? ["type"]
        types = [:]
        for entry in try node.entries("types") { types[entry.key] = try entry.value.dataType() }
        without = []
        for word in node[key: "without"]?.oneOrMany() ?? [] { without.insert(try word.string()) }
    }

    /// The fields of an answer, in its order.
    ///
    /// - Throws: `serviceFailed` for what is not of the declared shape.
    func read(_ bytes: [UInt8], of entity: String) throws(SluiceError) -> [Field] {
        do throws(JSONScanner.Failure) {
            let scanner = JSONScanner(bytes)
            guard let list = try scanner.find(fields, in: scanner.document()), scanner.kind(list) == .list else { throw .malformed(at: 0) }
            var found: [Field] = []
            for item in try scanner.elements(list) {
                guard let place = try scanner.find(name, in: item), let name = try scanner.text(place) else { continue }
                let word = try scanner.find(type, in: item).flatMap { place throws(JSONScanner.Failure) in try scanner.text(place) } ?? ""
                if !without.contains(word) { found.append(Field(name, types[word] ?? .string)) }
            }
            return found
        } catch {
            throw SluiceError(.serviceFailed, "the description of \(entity) has no list of fields that can be read")
        }
    }
}
