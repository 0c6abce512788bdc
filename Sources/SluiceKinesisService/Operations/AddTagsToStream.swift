import SluiceServer

enum AddTagsToStream {
    static let operation = KinesisOperation("AddTagsToStream") { call in
        var input = try call.input()
        let reference = try input.stream()
        let tags = try input.map("Tags", count: 1...200, key: Rules.tagKey, value: Rules.tagValue)
        if tags == nil { input.missing("Tags") }
        try input.finish()
        try Tagging.add(tags ?? [:], to: call.target(reference))
        return .empty
    }
}
