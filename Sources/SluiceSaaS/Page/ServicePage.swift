/// The page of documentation of a connector, made from its declaration.
package enum ServicePage {
    /// The page as Markdown: settings, and for each entity its fields with what they allow.
    package static func markdown(_ declaration: ServiceDeclaration) -> String {
        var lines = ["# \(declaration.name)", "", declaration.summary, "", "Made from the connector's declaration.", "", "## Settings", ""]
        lines += ["A connection has these: `sluice connections add NAME \(declaration.name) --set name=value --secret name`.", ""]
        lines += MarkdownTable.lines(
            ["setting", "what it is", "secret", "optional"],
            declaration.settings.map { setting in
                let example = setting.example.map { " For example `\($0)`." } ?? ""
                return ["`\(setting.name)`", setting.description + example, setting.isSecret ? "yes" : "", setting.isOptional ? "yes" : ""]
            })
        for entity in declaration.entities { lines += section(entity) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A removal takes the key alone.
    private static let written: [ServiceEntity.Write] = [.create, .update, .upsert]

    private static func section(_ entity: ServiceEntity) -> [String] {
        var lines = ["", "## \(entity.name)", "", entity.description]
        if !entity.key.isEmpty { lines.append("Records are told apart by " + entity.key.map { "`\($0)`" }.joined(separator: ", ") + ".") }
        if let cursor = entity.cursor {
            lines.append(
                "With `incremental: true`, runs read what `\(cursor.name)` puts behind the last run, less a lag of \(cursor.form.lagText(cursor.lag))."
            )
        } else if entity.isReadable {
            lines.append("It is read whole.")
        }
        if entity.needsBeginning { lines.append("A source needs `from`: where the first window begins.") }
        if let parent = entity.parent { lines.append("Each of the \(parent.entity) has its own.") }
        let writes = entity.takenWrites.map { "`\($0.rawValue)`" }
        if let job = entity.job, entity.read != nil {
            lines.append("From \(job.threshold) records on, or with `bulk: always`, they are read by a job of the service.")
        }
        if !writes.isEmpty { lines.append("As a sink it takes \(writes.joined(separator: ", ")).") }
        if let load = entity.load {
            let names = ServiceEntity.Write.allCases.filter { load.bodies[$0] != nil }.map { "`\($0.rawValue)`" }
            lines.append(
                "From \(load.threshold) rows on, or with `bulk: always`, \(names.joined(separator: ", ")) are done by a job of the service."
            )
        }
        lines.append("")
        return lines
            + MarkdownTable.lines(
                ["field", "type", "filter"] + written.map(\.rawValue) + ["what it is"],
                entity.fields.map { field in
                    ["`\(field.name)`", "`\(field.type)`", field.name == entity.cursor?.name ? "yes" : ""]
                        + written.map { field.writes.contains($0) ? "yes" : "" } + [field.description]
                })
    }
}
