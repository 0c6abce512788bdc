import SluiceCore
import SluiceServer

enum UpdateAccountSettings {
    static let operation = KinesisOperation("UpdateAccountSettings") { call in
        var input = try call.input()
        let status = try input.structure("MinimumThroughputBillingCommitment") { reader throws(ServiceFault) in
            try reader.requiredText("Status", TextRule(values: ["ENABLED", "DISABLED"]))
        }
        if status == nil { input.missing("MinimumThroughputBillingCommitment") }
        try input.finish()
        let scope = try call.scope()
        let now = scope.clock.nowMicros()
        let since = try scope.file.change { record in
            record.committedMicros = status == "ENABLED" ? record.committedMicros ?? now : nil
            return record.committedMicros
        }
        return .value(Commitment.value(since))
    }
}
