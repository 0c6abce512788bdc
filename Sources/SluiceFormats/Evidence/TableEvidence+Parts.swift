import SluiceCore

extension TableEvidence {
    /// Takes out all that was seen since the last call, but for the sketches of different values, which stay and go on: what one file
    /// showed, of evidence of several. Parts merged, in any order, and what stays merged with them, are the evidence of all files.
    package mutating func takePart() -> TableEvidence {
        var part = TableEvidence()
        part.rows = rows
        var taken: [ColumnEvidence] = []
        for place in columns.indices { update(place) { taken.append($0.takePart()) } }
        part.put(taken, rejected: rejected, rejects: rejects)
        clearCounts()
        return part
    }

    /// Takes in the sketches of different values that another one has of the same columns.
    package mutating func take(sketches other: TableEvidence) {
        for column in other.columns {
            guard let place = knownPlace(of: column.name) else { continue }
            update(place) { $0.take(sketches: column) }
        }
    }

    /// Marks all counts of different values as counts of more: they have values of files that are not there any more.
    package mutating func noteGoneValues() {
        for place in columns.indices { update(place) { $0.noteGoneValues() } }
    }
}

extension ColumnEvidence {
    mutating func takePart() -> ColumnEvidence {
        var part = self
        var rest = ColumnEvidence(name)
        rest.distinct = distinct
        rest.mayCountGone = mayCountGone
        part.distinct = distinct.emptied
        part.mayCountGone = false
        for place in part.members.indices {
            var member = part.members[place]
            part.members[place] = member.takePart()
            rest.members.append(member)
        }
        for place in part.elements.indices {
            var element = part.elements[place]
            part.elements[place] = element.takePart()
            rest.elements.append(element)
        }
        self = rest
        return part
    }

    mutating func take(sketches other: ColumnEvidence) {
        distinct.merge(other.distinct)
        mayCountGone = mayCountGone || other.mayCountGone
        for member in other.members {
            guard let place = members.firstIndex(where: { $0.name.utf8.elementsEqual(member.name.utf8) }) else { continue }
            members[place].take(sketches: member)
        }
        if !elements.isEmpty, let element = other.elements.first { elements[0].take(sketches: element) }
    }

    mutating func noteGoneValues() {
        mayCountGone = true
        for place in members.indices { members[place].noteGoneValues() }
        for place in elements.indices { elements[place].noteGoneValues() }
    }

    /// Whether nothing was seen of it, not even nulls.
    var isEmpty: Bool { total == 0 && stated.isEmpty }
}
