package import SluiceCore

/// A format's options as the catalog keeps them: texts by name. Lists are JSON, everything else is as a definition writes it.
package enum StoredOptions {
    package static func texts(_ values: [String: OptionValue]) -> [String: String] {
        values.mapValues { value in
            switch value {
            case .boolean(let flag): flag ? "true" : "false"
            case .integer(let number): String(number)
            case .text(let text): text
            case .texts(let list): Value.list(list.map { .string($0) }).json
            }
        }
    }

    /// - Throws: `stateCorrupt` when the texts are not what `texts` makes for this format.
    package static func values(_ texts: [String: String], format: String) throws(SluiceError) -> [String: OptionValue] {
        let specs = FormatRegistry.formats.first { $0.name == format }?.options ?? []
        var members: [(name: String, json: String)] = []
        for (name, text) in texts {
            let kind = specs.first { $0.name == name }?.kind
            let isText =
                switch kind {
                case .text, .character, .choice, nil: true
                case .boolean, .integer, .texts, .booleanOrTexts: false
                }
            members.append((name, isText ? Value.string(text).json : text))
        }
        let options = members.map { Value.string($0.name).json + ":" + $0.json }.joined(separator: ",")
        do throws(SluiceError) {
            // A layout's text holds options in the same way, so its parser serves here too.
            return try FileLayout(serialized: Array("{\"format\":\"\(format)\",\"options\":{\(options)}}".utf8)).options
        } catch {
            throw SluiceError(.stateCorrupt, "the catalog holds malformed options of the format \(format)", underlying: error)
        }
    }
}
