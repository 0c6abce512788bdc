import SluiceServer

enum RemoveTagsFromStream {
    static let operation = KinesisOperation("RemoveTagsFromStream") { call in
        var input = try call.input()
        let reference = try input.stream()
        let keys = try input.texts("TagKeys", count: 1...50, Rules.tagKey)
        if keys == nil { input.missing("TagKeys") }
        try input.finish()
        try Tagging.remove(keys ?? [], from: call.target(reference))
        return .empty
    }
}
