import SluiceCore

extension JSONColumns {
    /// Reads the value at the reader's position into a new row of a node.
    ///
    /// - Throws: `doesNotFit`, or what the grammar finds; the caller settles the tree then.
    mutating func read(_ node: Int, _ reader: inout JSONReader, depth: Int) throws(JSONFault) {
        let start = reader
        let token = try reader.token()
        if token.kind == .null { return appendNull(node) }
        let slot = nodes[node].slot
        switch nodes[node].kind {
        case .null: throw mismatch(node, reader, token)
        case .integer:
            guard let value = try integers[slot].rule.value(&reader, token) else { throw mismatch(node, reader, token) }
            integers[slot].values.append(value)
        case .float:
            guard let value = float(slot, reader, token) else { throw mismatch(node, reader, token) }
            floats[slot].values.append(value)
        case .decimal:
            guard let value = try decimal(slot, &reader, token) else { throw mismatch(node, reader, token) }
            decimals[slot].values.append(value)
        case .text: try readText(slot, &reader, token, depth)
        case .binary:
            guard token.isText, let bytes = try reader.withText(token, { Base64.decode($0) }) else { throw mismatch(node, reader, token) }
            texts[slot].data.append(contentsOf: bytes)
            texts[slot].offsets.append(Int32(truncatingIfNeeded: texts[slot].data.count))
        case .list:
            guard token.kind == .array else { throw mismatch(node, reader, token) }
            try readList(slot, &reader, depth)
        case .object:
            guard token.kind == .object else { throw mismatch(node, reader, token) }
            try readObject(node, &reader, depth)
        case .map: try readMap(node, &reader, token, depth)
        case .choice:
            reader = start
            try readChoice(node, &reader, token, depth)
        }
        nodes[node].count += 1
    }

    @inline(__always)
    private func float(_ slot: Int, _ reader: JSONReader, _ token: JSONReader.Token) -> Double? {
        guard token.isNumber, let value = TextRules().float(UnsafeBufferPointer(rebasing: reader.bytes[token.range])) else { return nil }
        return floats[slot].isSingle && Float(inRange: value) == nil ? nil : value
    }

    /// Decimals are numbers, or strings with the same text.
    private func decimal(_ slot: Int, _ reader: inout JSONReader, _ token: JSONReader.Token) throws(JSONFault) -> Int128? {
        guard token.isNumber || token.isText else { return nil }
        let (precision, scale) = (decimals[slot].precision, decimals[slot].scale)
        return try reader.withText(token) { NumberText.decimal($0, precision: precision, scale: scale) }
    }

    /// A number, truth value, list or object in a text column is kept as its JSON text, so that nothing is lost where a member comes in more
    /// than one type.
    private mutating func readText(_ slot: Int, _ reader: inout JSONReader, _ token: JSONReader.Token, _ depth: Int) throws(JSONFault) {
        switch token.kind {
        case .escapedString:
            try reader.unescape(token.range)
            texts[slot].data.append(contentsOf: reader.unescaped)
        case .object, .array:
            try reader.skipValue(depth: depth)
            texts[slot].data.append(contentsOf: UnsafeBufferPointer(rebasing: reader.bytes[token.range.lowerBound..<reader.position]))
        default: texts[slot].data.append(contentsOf: UnsafeBufferPointer(rebasing: reader.bytes[token.range]))
        }
        precondition(texts[slot].data.count <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        texts[slot].offsets.append(Int32(truncatingIfNeeded: texts[slot].data.count))
    }

    private mutating func readList(_ slot: Int, _ reader: inout JSONReader, _ depth: Int) throws(JSONFault) {
        let element = lists[slot].element
        try reader.elements(depth) { reader throws(JSONFault) in try read(element, &reader, depth: depth + 1) }
        lists[slot].offsets.append(Int32(truncatingIfNeeded: nodes[element].count))
    }

    /// An object where the keys are texts, else a list of objects with `key` and `value`. A key that is there twice is an entry twice.
    private mutating func readMap(
        _ node: Int, _ reader: inout JSONReader, _ token: JSONReader.Token, _ depth: Int
    ) throws(JSONFault) {
        let slot = nodes[node].slot
        let (key, value) = (maps[slot].key, maps[slot].value)
        let keyType = nodes[key].type
        guard token.kind == (keyType == .string ? .object : .array) else { throw mismatch(node, reader, token) }
        if keyType == .string {
            try reader.members(depth) { reader, name throws(JSONFault) in
                try readText(nodes[key].slot, &reader, name, depth)
                nodes[key].count += 1
                try read(value, &reader, depth: depth + 1)
            }
        } else {
            try reader.elements(depth) { reader throws(JSONFault) in try readEntry(node, key, value, &reader, depth + 1) }
        }
        maps[slot].offsets.append(Int32(truncatingIfNeeded: nodes[key].count))
    }

    private mutating func readEntry(
        _ node: Int, _ key: Int, _ value: Int, _ reader: inout JSONReader, _ depth: Int
    ) throws(JSONFault) {
        let token = try reader.token()
        guard token.kind == .object else { throw mismatch(node, reader, token) }
        let row = nodes[key].count
        try reader.members(depth) { reader, name throws(JSONFault) in
            let part = try reader.withText(name) { $0.elementsEqual("key".utf8) ? key : $0.elementsEqual("value".utf8) ? value : -1 }
            if part < 0 { return try reader.skipValue(depth: depth + 1) }
            settle(part, row)
            try read(part, &reader, depth: depth + 1)
        }
        if nodes[value].count == row { appendNull(value) }
        guard nodes[key].count > row, nodes[key].nulls.last != Int32(row) else { throw mismatch(node, reader, token) }
    }

    /// The first alternative that takes the value.
    private mutating func readChoice(
        _ node: Int, _ reader: inout JSONReader, _ token: JSONReader.Token, _ depth: Int
    ) throws(JSONFault) {
        let slot = nodes[node].slot
        let row = nodes[node].count
        for place in choices[slot].order {
            var copy = reader
            do throws(JSONFault) {
                try read(choices[slot].alternatives[place], &copy, depth: depth)
            } catch {
                guard case .doesNotFit = error.reason else { throw error }
                settle(choices[slot].alternatives[place], row)
                continue
            }
            reader = copy
            for (other, alternative) in choices[slot].alternatives.enumerated() where other != place { appendNull(alternative) }
            choices[slot].tags.append(UInt8(truncatingIfNeeded: place))
            return
        }
        throw mismatch(node, reader, token)
    }

    /// One node a wanted member; the last of a repeated key wins, a missing one is null, others are passed over.
    private mutating func readObject(_ node: Int, _ reader: inout JSONReader, _ depth: Int) throws(JSONFault) {
        let slot = nodes[node].slot
        let row = nodes[node].count
        objects[slot].table.restart()
        var found = 0
        try reader.members(depth) { reader, key throws(JSONFault) in
            guard let member = try reader.withText(key, { objects[slot].table.index(of: $0) }) else {
                if objects[slot].known != nil { try notice(key, slot, &reader) }
                return try reader.skipValue(depth: depth + 1)
            }
            let inner = objects[slot].members[member]
            if nodes[inner].count > row { settle(inner, row) } else { found += 1 }
            do throws(JSONFault) {
                try read(inner, &reader, depth: depth + 1)
            } catch {
                var fault = error
                if case .doesNotFit = fault.reason { fault.path.insert(objects[slot].names[member], at: 0) }
                throw fault
            }
        }
        guard found < objects[slot].members.count else { return }
        for member in objects[slot].members where nodes[member].count == row { appendNull(member) }
    }

    /// Takes down the name of a member that is not wanted, unless it is known.
    private mutating func notice(_ key: JSONReader.Token, _ slot: Int, _ reader: inout JSONReader) throws(JSONFault) {
        let name = try reader.withText(key) { text -> String? in
            objects[slot].known?.index(of: text) == .some(.none) ? String(decoding: text, as: UTF8.self) : nil
        }
        if let name { unknown.append(objects[slot].path + name) }
    }

    /// The fault of a value that is not of the node's type.
    private func mismatch(_ node: Int, _ reader: JSONReader, _ token: JSONReader.Token) -> JSONFault {
        let range = token.isText ? (token.range.lowerBound - 1)..<(token.range.upperBound + 1) : token.range
        var whole = reader
        var end = range.upperBound
        if token.kind == .object || token.kind == .array, (try? whole.skipValue(depth: 0)) != nil { end = whole.position }
        return JSONFault(offset: range.lowerBound, reason: .doesNotFit(nodes[node].type.description, length: end - range.lowerBound))
    }
}
