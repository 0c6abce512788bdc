/// The floors of the house, lowest first. A target imports floors below its own, never a sibling.
enum House {
    static let floors: [(name: String, targets: [String])] = [
        (
            "C libraries",
            [
                "CArrow", "CLibCSV", "CZlib", "CZstd", "CSnappy", "CDeflate", "CISAL", "CLibPQ", "CRdkafka", "CStreamSupport",
                "CSystemCalls", "CTextScan",
            ]
        ),
        ("ground", ["SluiceCore"]),
        ("wire", ["SluiceJSON", "SluiceLoopback"]),
        ("http", ["SluiceHTTP"]),
        (
            "codecs",
            [
                "SluicePatterns", "SluiceCodecs", "SluiceArrow", "SluiceAWS", "SluiceSQLite", "SluicePostgreSQL", "SluiceSchedules",
                "SluiceMocks", "SluiceProcesses",
            ]
        ),
        ("file structure", ["SluiceParquet"]),
        ("parts", ["SluiceStorage", "SluiceExpressions", "SluiceFormats", "SluiceStreams", "SluiceCatalog"]),
        ("rules", ["SluiceQuality", "SluiceRegistry", "SluiceS3", "SluiceBuckets"]),
        ("stream backends", ["SluiceLog", "SluiceKinesis", "SluiceKafka"]),
        ("plan", ["SluicePipelines"]),
        ("connector kit", ["SluiceSaaS"]),
        ("run", ["SluiceEngine", "SluiceConnectors", "SluiceCrawler"]),
        ("query", ["SluiceQuery"]),
        ("clock", ["SluiceScheduler"]),
        ("port", ["SluiceServer"]),
        (
            "services",
            ["SluiceAppFlowService", "SluiceFirehoseService", "SluiceGlueService", "SluiceKinesisService", "SluiceS3Service"]
        ),
        ("edge", ["SluiceCLI", "SluiceSpark"]),
        ("user", ["Sluice"]),
        ("door", ["sluice"]),
    ]

    /// The test kit stands beside the house: it uses the ground and the storage, and nothing but tests uses it.
    static let testKit = "SluiceTestKit"
    static let testKitImports: Set<String> = ["SluiceCore", "SluiceLoopback", "SluiceStorage"]

    /// Which targets may import a module from outside: each library has its keeper, so that it can be replaced in one place.
    static let keepers: [String: Set<String>] = [
        "CArrow": ["SluiceArrow"],
        "CLibCSV": ["SluiceFormats"],
        "CZlib": ["SluiceCodecs"],
        "CZstd": ["SluiceCodecs"],
        "CSnappy": ["SluiceCodecs"],
        "CDeflate": ["SluiceCodecs"],
        "CISAL": ["SluiceCodecs"],
        "CLibPQ": ["SluicePostgreSQL"],
        "CRdkafka": ["SluiceKafka"],
        "CTextScan": ["SluiceCore", "SluiceFormats"],
        "CStreamSupport": ["SluiceLog"],
        "CSystemCalls": ["SluiceLog", "SluiceProcesses", "SluiceConnectors", "SluiceScheduler", "SluiceCLI", "SluiceBuckets"],
        "GRDB": ["SluiceCatalog"],
        "GRDBSQLite": ["SluiceSQLite", "SluiceQuery"],
        "Yams": ["SluicePipelines"],
        "ArgumentParser": ["SluiceCLI", "Sluice", "sluice"],
        "Crypto": [
            "SluiceAWS", "SluiceStreams", "SluiceLog", "SluiceKafka", "SluiceEngine", "SluiceRegistry", "SluiceServer",
            "SluiceKinesisService", "SluiceFirehoseService", "SluiceScheduler", "SluiceBuckets", "SluiceHTTP", "SluiceConnectors",
        ],
        "CryptoExtras": ["SluiceHTTP"],
        "AsyncHTTPClient": ["SluiceAWS", "SluiceHTTP"],
        "NIOCore": ["SluiceAWS", "SluiceHTTP", "SluiceLoopback", "SluiceServer"],
        "NIOPosix": ["SluiceAWS", "SluiceHTTP", "SluiceLoopback", "SluiceServer"],
        "NIOHTTP1": ["SluiceAWS", "SluiceHTTP", "SluiceLoopback", "SluiceServer"],
        "NIOTLS": ["SluiceServer"],
        "NIOSSL": ["SluiceServer"],
        "NIOHTTP2": ["SluiceServer"],
    ]

    static func floor(of target: String) -> Int? { floors.firstIndex { $0.targets.contains(target) } }
}
