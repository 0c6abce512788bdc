import SluiceServer

enum DeleteResourcePolicy {
    static let operation = KinesisOperation("DeleteResourcePolicy") { call in
        var input = try call.input()
        let arn = try input.requiredText("ResourceARN", Rules.resourceARN)
        try input.finish()
        let resource = try Resource.find(arn, call)
        guard try resource.policy != nil else {
            throw ServiceFault(400, "ResourceNotFoundException", "There is no resource policy on \(arn).")
        }
        try resource.setPolicy(nil)
        return .empty
    }
}
