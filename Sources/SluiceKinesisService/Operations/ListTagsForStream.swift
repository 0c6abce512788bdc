import SluiceCore
import SluiceServer
import SluiceStreams

enum ListTagsForStream {
    static let operation = KinesisOperation("ListTagsForStream") { call in
        var input = try call.input()
        let reference = try input.stream()
        let after = try input.text("ExclusiveStartTagKey", Rules.tagKey)
        let limit = try input.integer("Limit", 1...50) ?? StreamLimits.tags
        try input.finish()
        let summary = try call.target(reference).summary()
        let tags = summary.configuration.tags.sorted { $0.key < $1.key }.filter { tag in after.map { tag.key > $0 } ?? true }
        return .value(
            .structure(["Tags": Tagging.list(tags.prefix(limit)), "HasMoreTags": .boolean(tags.count > limit)]))
    }
}
