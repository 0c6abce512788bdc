import SluiceConnectors
import SluiceCore
import SluiceSaaS

/// A setting of connections, as the manual of their connector shows it.
struct ShownSetting {
    private let name: String
    private let description: String
    private let isSecret: Bool
    private let isOptional: Bool
    private let example: String?

    init(_ setting: ServiceDeclaration.Setting) {
        name = setting.name
        description = setting.description
        isSecret = setting.isSecret
        isOptional = setting.isOptional
        example = setting.example
    }

    init(_ setting: DatabaseEngine.Setting) {
        name = setting.name
        description = setting.description
        isSecret = setting.isSecret
        isOptional = setting.isOptional
        example = setting.example
    }

    var json: Value {
        .object([
            "name": .string(name), "description": .string(description), "secret": .boolean(isSecret), "optional": .boolean(isOptional),
            "example": .text(example),
        ])
    }

    static func blocks(_ settings: [ShownSetting]) -> [Report.Block] {
        var blocks: [Report.Block] = [.blank, .line("Settings of a connection", .heading)]
        for setting in settings {
            let kind = [setting.isSecret ? "secret" : nil, setting.isOptional ? "optional" : nil].compactMap(\.self).joined(separator: ", ")
            blocks += [
                .paragraph(kind.isEmpty ? setting.name : "\(setting.name) (\(kind))", indent: 2),
                .paragraph(setting.description, indent: 6, .dim),
            ]
        }
        return blocks
    }
}
