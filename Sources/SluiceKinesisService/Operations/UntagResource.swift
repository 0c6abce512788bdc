import SluiceServer

enum UntagResource {
    static let operation = KinesisOperation("UntagResource") { call in
        var input = try call.input()
        let keys = try input.texts("TagKeys", count: 1...50, Rules.tagKey)
        if keys == nil { input.missing("TagKeys") }
        let arn = try input.requiredText("ResourceARN", Rules.resourceARN)
        try input.finish()
        try Resource.find(arn, call).removeTags(keys ?? [])
        return .empty
    }
}
