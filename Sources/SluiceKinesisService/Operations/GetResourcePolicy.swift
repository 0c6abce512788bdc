import SluiceServer

enum GetResourcePolicy {
    static let operation = KinesisOperation("GetResourcePolicy") { call in
        var input = try call.input()
        let arn = try input.requiredText("ResourceARN", Rules.resourceARN)
        try input.finish()
        return .value(.structure(["Policy": .text(try Resource.find(arn, call).policy ?? "{}")]))
    }
}
