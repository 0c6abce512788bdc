import SluiceCore
import SluiceLog
import SluiceStreams

/// Positions of groups as people read them: the record that comes next, by its number in the shard.
enum GroupPlace {
    static func text(_ position: GroupPosition) -> String {
        switch position {
        case .trimHorizon: "start"
        case .latest: "end"
        case .time(let micros): HumanText.time(micros: micros)
        case .shardEnd: "done"
        case .after(let sequence, let part?): "\(sequence.position.map { String($0.offset) } ?? sequence.description), part \(part + 1)"
        case .at(let sequence): nextSequence(position) ?? sequence.description
        case .after(let sequence, nil): nextSequence(position) ?? "after \(sequence)"
        }
    }

    /// The number of the next record in its shard; nil where the position does not say it.
    static func nextSequence(_ position: GroupPosition) -> String? {
        switch position {
        case .at(let sequence), .after(let sequence, _?): sequence.position.map { String($0.offset) } ?? sequence.description
        case .after(let sequence, nil): sequence.position.map { String($0.offset + 1) }
        case .trimHorizon, .latest, .time, .shardEnd: nil
        }
    }

    /// A shard's number, or its id where it has another form.
    static func shard(_ id: String) -> String { ShardID(parsing: id).map { String($0.number) } ?? id }
}
