import SluiceServer

enum ListTagsForResource {
    static let operation = KinesisOperation("ListTagsForResource") { call in
        var input = try call.input()
        let arn = try input.requiredText("ResourceARN", Rules.resourceARN)
        try input.finish()
        return .value(.structure(["Tags": Tagging.list(try Resource.find(arn, call).tags)]))
    }
}
