/// Items in ascending order, of which mostly the first ones are taken, and the last ones come.
///
/// - Complexity: O(log count) comparisons to add and to remove, and the moving of the shorter side.
struct SortedQueue<Item: Comparable> {
    /// Those before `head` are gone.
    private var items: [Item] = []
    private var head = 0

    init() {}

    var count: Int { items.count - head }
    var isEmpty: Bool { count == 0 }

    subscript(position: Int) -> Item { items[head + position] }

    mutating func insert(_ item: Item) {
        let index = head + position(of: item)
        guard head > 0, index - head < items.count - index else { return items.insert(item, at: index) }
        head -= 1
        for place in head..<(index - 1) { items[place] = items[place + 1] }
        items[index - 1] = item
    }

    /// - Returns: Where it was; nil where it is not there.
    mutating func remove(_ item: Item) -> Int? {
        let position = position(of: item)
        guard position < count, self[position] == item else { return nil }
        _ = remove(at: position)
        return position
    }

    mutating func remove(at position: Int) -> Item {
        let index = head + position
        let item = items[index]
        if position < items.count - index {
            for place in stride(from: index, to: head, by: -1) { items[place] = items[place - 1] }
            head += 1
        } else {
            items.remove(at: index)
        }
        if head > items.count / 2 {
            items.removeFirst(head)
            head = 0
        }
        return item
    }

    /// Where an item is, or belongs.
    private func position(of item: Item) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < item { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
