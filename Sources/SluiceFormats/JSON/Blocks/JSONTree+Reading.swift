import SluiceCore

extension JSONTree {
    /// Finds the wanted values of a record byte by byte: of one that the walker cannot tell, and that was read as a whole without a fault.
    ///
    /// - Parameters:
    ///   - reader: at the record's start.
    ///   - offset: of the reader's bytes in the text that places refer to.
    func read(_ reader: inout JSONReader, offset: Int) throws(JSONFault) { try read(nodes, &reader, offset, depth: 0) }

    private func read(_ node: UnsafeMutablePointer<Node>, _ reader: inout JSONReader, _ offset: Int, depth: Int) throws(JSONFault) {
        let token = try reader.token()
        if node.pointee.kind == .value {
            var range = token.range
            switch token.kind {
            case .string, .escapedString: range = (range.lowerBound - 1)..<(range.upperBound + 1)
            case .object, .array:
                try reader.skipValue(depth: depth)
                range = range.lowerBound..<reader.position
            default: break
            }
            return append(JSONWalker.span(offset + range.lowerBound, offset + range.upperBound), to: node)
        }
        if token.kind == .null { return appendNull(node) }
        switch node.pointee.kind {
        case .value: break
        case .object: try readObject(node, &reader, offset, depth)
        case .list:
            let element = nodes + node.pointee.element
            try reader.elements(depth) { reader throws(JSONFault) in try read(element, &reader, offset, depth: depth + 1) }
            appendEnd(node)
        case .map:
            let (key, element) = (nodes + node.pointee.key, nodes + node.pointee.element)
            try reader.members(depth) { reader, name throws(JSONFault) in
                append(JSONWalker.span(offset + name.range.lowerBound - 1, offset + name.range.upperBound + 1), to: key)
                try read(element, &reader, offset, depth: depth + 1)
            }
            appendEnd(node)
        }
    }

    /// The last of a repeated key wins, a missing one is null, others are passed over.
    private func readObject(
        _ node: UnsafeMutablePointer<Node>, _ reader: inout JSONReader, _ offset: Int, _ depth: Int
    ) throws(JSONFault) {
        let row = node.pointee.count
        let wanted = node.pointee.firstKey..<(node.pointee.firstKey + node.pointee.keyCount)
        let known = wanted.lowerBound..<(wanted.upperBound + node.pointee.knownCount)
        append(1, to: node)
        try reader.members(depth) { reader, name throws(JSONFault) in
            let found = try reader.withText(name) { text in known.first { nameOf($0).elementsEqual(text) } }
            if found == nil, node.pointee.isWatched { note(node, offset + name.range.lowerBound, offset + name.range.upperBound) }
            guard let found, wanted.contains(found) else { return try reader.skipValue(depth: depth + 1) }
            let member = nodes + keys[found].node
            settle(member, row)
            try read(member, &reader, offset, depth: depth + 1)
        }
        for key in wanted where nodes[keys[key].node].count == row { appendNull(nodes + keys[key].node) }
    }

    private func nameOf(_ key: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: names + keys[key].name, count: keys[key].nameLength)
    }
}
