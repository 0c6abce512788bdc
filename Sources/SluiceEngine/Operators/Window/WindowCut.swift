import SluiceCore

/// How sliding windows share panes: pieces of time of one length, of which every window has a whole number.
///
/// All times are microseconds since 1970. Pane `p` is the time from `p * pane` on.
struct WindowCut: Hashable, Sendable {
    let size: Int64
    let slide: Int64
    /// The length of a pane: the greatest common divisor of size and slide.
    let pane: Int64

    init(size: Int64, slide: Int64) {
        self.size = size
        self.slide = slide
        var (a, b) = (size, slide)
        while b != 0 { (a, b) = (b, a % b) }
        pane = a
    }

    /// Panes of one window.
    var panes: Int64 { size / pane }

    func pane(of time: Int64) -> Int64 { time.floorDivided(by: pane) }

    /// Where the last window that has a pane ends.
    func lastEnd(ofPane number: Int64) -> Int64 {
        let start = number * pane
        return start.floorDivided(by: slide) * slide + size
    }

    /// Where the first window that has a pane ends.
    func firstEnd(ofPane number: Int64) -> Int64 { (number * pane + pane - size).ceilDivided(by: slide) * slide + size }

    /// Where the first window that has a pane, or a later one, ends behind a time.
    func firstEnd(ofPane number: Int64, after time: Int64) -> Int64 {
        let first = firstEnd(ofPane: number)
        return first > time ? first : (time - size).floorDivided(by: slide) * slide + slide + size
    }

    /// The starts of the windows that have a pane, ascending.
    func starts(ofPane number: Int64) -> StrideThrough<Int64> {
        let last = (number * pane).floorDivided(by: slide) * slide
        let first = (number * pane + pane - size).ceilDivided(by: slide) * slide
        return stride(from: first, through: last, by: Int(slide))
    }
}

extension Int64 {
    /// Rounded down, for negative numbers too.
    func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    fileprivate func ceilDivided(by divisor: Int64) -> Int64 { -(-self).floorDivided(by: divisor) }
}
