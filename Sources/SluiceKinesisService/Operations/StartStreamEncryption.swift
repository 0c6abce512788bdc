import SluiceCore
import SluiceServer
import SluiceStreams

enum StartStreamEncryption {
    static let operation = KinesisOperation("StartStreamEncryption") { call in
        var input = try call.input()
        let reference = try input.stream()
        let type = try input.requiredText("EncryptionType", Rules.encryption)
        let key = try input.requiredText("KeyId", TextRule(length: 1...2_048))
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.requireActive()
        guard type == "KMS" else { throw Faults.invalid("EncryptionType must be KMS to start encryption.") }
        var change = StreamChange()
        change.isEncrypted = true
        try target.update(change)
        try target.scope.remember(summary) { $0.keyID = key }
        return .empty
    }
}
