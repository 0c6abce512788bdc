/// Memory for intermediate values that is used again and again.
///
/// It belongs to one reader; a pointer holds until the next call.
final class Scratch<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int

    init() {
        capacity = 16
        base = .allocate(capacity: 16)
    }

    deinit { base.deallocate() }

    /// Room for `count` elements and a few bytes more; what was there before is lost.
    func room(_ count: Int) -> UnsafeMutablePointer<Element> {
        if count + 16 > capacity {
            base.deallocate()
            capacity = count + count / 2 + 16
            base = .allocate(capacity: capacity)
        }
        return base
    }

    /// Room for `count` elements, of which the first `kept` stay as they are.
    func grown(to count: Int, keeping kept: Int) -> UnsafeMutablePointer<Element> {
        if count + 16 > capacity {
            let old = base
            capacity = count + count / 2 + 16
            base = .allocate(capacity: capacity)
            base.update(from: old, count: kept)
            old.deallocate()
        }
        return base
    }
}
