/// What is due at times, the earliest first.
///
/// - Complexity: O(log count) to add and to take.
struct TimeHeap<Subject> {
    struct Item {
        var time: Int64
        var subject: Subject
    }

    private var items: [Item] = []

    init() {}

    /// - Complexity: O(count).
    init(_ items: [Item]) {
        self.items = items
        for index in (0..<(items.count / 2)).reversed() { sink(from: index) }
    }

    var first: Item? { items.first }
    var count: Int { items.count }

    mutating func insert(_ item: Item) {
        items.append(item)
        var index = items.count - 1
        while index > 0, items[index].time < items[(index - 1) / 2].time {
            items.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func popFirst() -> Item? {
        guard let first = items.first else { return nil }
        let last = items.removeLast()
        guard !items.isEmpty else { return first }
        items[0] = last
        sink(from: 0)
        return first
    }

    private mutating func sink(from start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < items.count && items[child].time < items[least].time { least = child }
            if least == index { return }
            items.swapAt(index, least)
            index = least
        }
    }
}
