import SluiceCore
import SluiceServer
import SluiceStreams

enum StopStreamEncryption {
    static let operation = KinesisOperation("StopStreamEncryption") { call in
        var input = try call.input()
        let reference = try input.stream()
        _ = try input.requiredText("EncryptionType", Rules.encryption)
        _ = try input.requiredText("KeyId", TextRule(length: 1...2_048))
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.requireActive()
        var change = StreamChange()
        change.isEncrypted = false
        try target.update(change)
        try target.scope.remember(summary) { $0.keyID = nil }
        return .empty
    }
}
