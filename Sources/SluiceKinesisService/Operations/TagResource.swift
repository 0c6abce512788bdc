import SluiceServer

enum TagResource {
    static let operation = KinesisOperation("TagResource") { call in
        var input = try call.input()
        let tags = try input.map("Tags", count: 1...200, key: Rules.tagKey, value: Rules.tagValue)
        if tags == nil { input.missing("Tags") }
        let arn = try input.requiredText("ResourceARN", Rules.resourceARN)
        try input.finish()
        try Resource.find(arn, call).addTags(tags ?? [:])
        return .empty
    }
}
