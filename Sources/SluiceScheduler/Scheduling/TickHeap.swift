/// The next ticks of many jobs, the earliest first.
///
/// - Complexity: O(log jobs) to add and to take.
struct TickHeap {
    struct Item: Hashable {
        /// Seconds since 1970.
        var tick: Int64
        var job: String
    }

    private var items: [Item] = []

    var first: Item? { items.first }
    var count: Int { items.count }

    mutating func insert(_ item: Item) {
        items.append(item)
        var index = items.count - 1
        while index > 0, items[index].tick < items[(index - 1) / 2].tick {
            items.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func popFirst() -> Item? {
        guard let first = items.first else { return nil }
        let last = items.removeLast()
        guard !items.isEmpty else { return first }
        items[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < items.count && items[child].tick < items[least].tick { least = child }
            if least == index { return first }
            items.swapAt(index, least)
            index = least
        }
    }
}
