/// Which files of each folder are looked at, where a crawl takes samples (AWS Glue: SampleSize); the others are taken for like them.
struct FileSample {
    /// For each file the place of the one that it is taken for like; nil: it is looked at itself.
    private(set) var models: [Int?]
    /// Files of one folder and ending.
    private(set) var kin: [[Int]] = []

    /// - Parameter count: Files of each folder and ending that are looked at, spread over their order; nil: all.
    init(_ files: [FoundFile], perFolder count: Int?) {
        models = [Int?](repeating: nil, count: files.count)
        guard let count else { return }
        var groups: [[String]: [Int]] = [:]
        for (index, file) in files.enumerated() { groups[file.folders + [Self.ending(file.name)], default: []].append(index) }
        for group in groups.values.sorted(by: { $0[0] < $1[0] }) where group.count > count {
            kin.append(group)
            var model = group[0]
            let last = max(1, count - 1)
            let chosen = Set((0..<count).map { $0 * (group.count - 1) / last })
            for (place, index) in group.enumerated() {
                if chosen.contains(place) { model = index } else { models[index] = model }
            }
        }
    }

    private static func ending(_ name: String) -> String {
        name.firstIndex(of: ".").map { String(name[$0...]) } ?? ""
    }

    /// The files that are looked at after all, because those of their folder that were looked at are not alike.
    mutating func widen(_ isAlike: (Int, Int) -> Bool) -> [Int] {
        var more: [Int] = []
        for group in kin {
            let looked = group.filter { models[$0] == nil }
            guard let first = looked.first, looked.contains(where: { !isAlike(first, $0) }) else { continue }
            for index in group where models[index] != nil {
                models[index] = nil
                more.append(index)
            }
        }
        kin = []
        return more
    }
}
