import SluiceServer

enum PutResourcePolicy {
    static let operation = KinesisOperation("PutResourcePolicy") { call in
        var input = try call.input()
        let arn = try input.requiredText("ResourceARN", Rules.resourceARN)
        let policy = try input.requiredText("Policy")
        try input.finish()
        guard policy.utf8.count <= ServiceLimits.policyBytes else {
            throw ServiceFault(
                400, "LimitExceededException", "A resource policy has at most \(ServiceLimits.policyBytes) bytes, not \(policy.utf8.count)."
            )
        }
        guard case .object? = try? WireFormat.json.decode(Array(policy.utf8)), !policy.isEmpty else {
            throw Faults.invalid("The policy is no JSON object.")
        }
        try Resource.find(arn, call).setPolicy(policy)
        return .empty
    }
}
