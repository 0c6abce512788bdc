extension Column {
    /// A choice column: row `i` is row `i` of `alternatives[tags[i]]`, and null where that is null.
    ///
    /// - Precondition: at least two alternatives of different types, each as long as `tags`, and every tag is one of them.
    public static func choice(tags: [UInt8], alternatives: [Column]) -> Column {
        precondition(alternatives.count >= 2 && alternatives.count <= DataType.maximumAlternatives, "a choice has 2 to 128 alternatives")
        precondition(alternatives.allSatisfy { $0.count == tags.count }, "an alternative has another length than the tags")
        precondition(tags.allSatisfy { $0 < alternatives.count }, "a tag is no alternative")
        var validity: Bitmap?
        if alternatives.contains(where: { $0.validity != nil }) {
            validity = Bitmap(tags.indices.lazy.map { !alternatives[Int(tags[$0])].isNull($0) })
        }
        return Column(.choice(alternatives.map(\.type)), .choice(tags: tags, alternatives: alternatives), validity: validity)
    }
}
