/// The floors of the house, lowest first. A target imports floors below its own, never a sibling.
enum House {
    static let floors: [(name: String, targets: [String])] = [
        (
            "C libraries",
            [
                "CArrow", "CLibCSV", "CZlib", "CZstd", "CSnappy", "CDeflate", "CISAL", "CRdkafka", "CStreamSupport", "CSystemCalls",
                "CTextScan",
            ]
        ),
        ("ground", ["SluiceCore"]),
        ("codecs", ["SluicePatterns", "SluiceCodecs", "SluiceArrow", "SluiceAWS"]),
        ("file structure", ["SluiceParquet"]),
        ("parts", ["SluiceStorage", "SluiceExpressions", "SluiceFormats", "SluiceStreams", "SluiceCatalog"]),
        ("stream backends", ["SluiceLog", "SluiceKinesis", "SluiceKafka"]),
        ("plan", ["SluicePipelines"]),
        ("run", ["SluiceEngine", "SluiceConnectors", "SluiceCrawler", "SluiceQuery"]),
        ("edge", ["SluiceCLI", "SluiceServer", "SluiceScheduler", "SluiceSpark"]),
        ("user", ["Sluice"]),
        ("door", ["sluice"]),
    ]

    /// The test kit stands beside the house: it uses the ground and the storage, and nothing but tests uses it.
    static let testKit = "SluiceTestKit"
    static let testKitImports: Set<String> = ["SluiceCore", "SluiceStorage"]

    /// Which targets may import a module from outside: each library has its keeper, so that it can be replaced in one place.
    static let keepers: [String: Set<String>] = [
        "CArrow": ["SluiceArrow"],
        "CLibCSV": ["SluiceFormats"],
        "CZlib": ["SluiceCodecs"],
        "CZstd": ["SluiceCodecs"],
        "CSnappy": ["SluiceCodecs"],
        "CDeflate": ["SluiceCodecs"],
        "CISAL": ["SluiceCodecs"],
        "CRdkafka": ["SluiceKafka"],
        "CTextScan": ["SluiceFormats"],
        "CStreamSupport": ["SluiceLog"],
        "CSystemCalls": ["SluiceLog", "SluiceEngine", "SluiceConnectors", "SluiceCLI"],
        "GRDB": ["SluiceCatalog"],
        "Yams": ["SluicePipelines"],
        "ArgumentParser": ["SluiceCLI", "Sluice", "sluice"],
        "Crypto": ["SluiceAWS", "SluiceStreams", "SluiceLog", "SluiceKafka", "SluiceEngine"],
        "AsyncHTTPClient": ["SluiceAWS"],
        "NIOCore": ["SluiceAWS", "SluiceTestKit"],
        "NIOPosix": ["SluiceAWS", "SluiceTestKit"],
        "NIOHTTP1": ["SluiceAWS", "SluiceTestKit"],
    ]

    static func floor(of target: String) -> Int? { floors.firstIndex { $0.targets.contains(target) } }
}
