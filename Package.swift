// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6 mode, warnings are errors, and the stricter import and existential rules.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A room of the house: a target whose imports point down only (checked by the tidy test).
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

/// A program that tests start, in a folder of `Tests`.
func helper(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Tests/" + folder, swiftSettings: strict)
}

let asyncHTTP = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let withKafka = TargetDependencyCondition.when(traits: ["Kafka"])
let withPostgreSQL = TargetDependencyCondition.when(traits: ["PostgreSQL"])
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let tls = [
    Target.Dependency.product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
]
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "sluice",
    products: [
        .library(name: "Sluice", targets: ["Sluice"]),
        .library(name: "SluiceArrow", targets: ["SluiceArrow"]),
        .executable(name: "sluice", targets: ["sluice"]),
    ],
    traits: [
        .trait(
            name: "Kafka", description: "The backend and connector for Kafka clusters, which needs librdkafka (Debian: librdkafka-dev)."),
        .trait(name: "PostgreSQL", description: "The connector for PostgreSQL databases, which needs libpq (Debian: libpq-dev)."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.9.0"),
    ],
    targets: [
        // ground
        room("SluiceCore", ["CTextScan"]),
        .systemLibrary(name: "CLibCSV", providers: [.apt(["libcsv-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CRdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .target(name: "CArrow"),
        .target(name: "CStreamSupport"),
        .target(name: "CSystemCalls"),
        .target(name: "CTextScan"),
        // wire
        room("SluiceJSON", ["SluiceCore"]),
        room("SluiceLoopback", nio),
        room("SluiceHTTP", ["SluiceCore", "SluiceJSON", "SluiceLoopback", asyncHTTP, crypto, cryptoExtras] + nio),
        // bricks
        room("SluiceAWS", ["SluiceCore", "SluiceJSON", "SluiceHTTP", asyncHTTP, crypto] + nio),
        room("SluiceArrow", ["SluiceCore", "CArrow"]),
        room("SluiceMocks", ["SluiceCore", "SluiceJSON", "SluiceLoopback"]),
        room("SluiceCodecs", ["SluiceCore", "CZlib", "CZstd", "CSnappy", "CDeflate", "CISAL"]),
        room("SluicePatterns"),
        room("SluiceProcesses", ["SluiceCore", "CSystemCalls"]),
        // Empty without the trait.
        room("SluicePostgreSQL", ["SluiceCore", .target(name: "CLibPQ", condition: withPostgreSQL)]),
        room("SluiceSQLite", ["SluiceCore", .product(name: "GRDBSQLite", package: "GRDB.swift")]),
        room("SluiceParquet", ["SluiceCore", "SluiceCodecs"]),
        room("SluiceSchedules", ["SluiceCore"]),
        // parts
        room("SluiceStorage", ["SluiceCore"]),
        room("SluiceExpressions", ["SluiceCore", "SluicePatterns"]),
        room("SluiceFormats", ["SluiceCore", "SluiceCodecs", "SluicePatterns", "SluiceParquet", "CLibCSV", "CTextScan"]),
        room("SluiceStreams", ["SluiceCore", crypto]),
        room("SluiceCatalog", ["SluiceCore", "SluiceJSON", "SluiceSQLite", grdb]),
        // object stores
        room("SluiceS3", ["SluiceCore", "SluiceAWS", "SluiceStorage"]),
        room("SluiceBuckets", ["SluiceCore", "SluiceAWS", "SluiceSQLite", "CSystemCalls", crypto]),
        // rules
        room("SluiceQuality", ["SluiceCore", "SluiceExpressions"]),
        room("SluiceRegistry", ["SluiceCore", "SluiceCodecs", "SluicePatterns", "SluiceFormats", "SluiceCatalog", crypto]),
        // stream backends
        // Empty without the trait.
        room("SluiceKafka", ["SluiceCore", "SluiceStreams", crypto, .target(name: "CRdkafka", condition: withKafka)]),
        room("SluiceKinesis", ["SluiceCore", "SluiceAWS", "SluiceStreams"]),
        room("SluiceLog", ["SluiceCore", "SluiceStreams", "CStreamSupport", "CSystemCalls", crypto]),
        // plan
        room(
            "SluicePipelines",
            [
                "SluiceCore", "SluiceJSON", "SluiceExpressions", "SluiceQuality", "SluiceRegistry", "SluiceLog", "SluiceCatalog",
                "SluiceSchedules", yams,
            ]),
        // connector kit
        room("SluiceSaaS", ["SluiceCore", "SluiceCodecs", "SluiceJSON", "SluiceHTTP", "SluicePipelines"]),
        // run
        room(
            "SluiceEngine",
            [
                "SluiceCore", "SluiceArrow", "SluiceExpressions", "SluiceQuality", "SluiceFormats", "SluiceStreams", "SluiceLog",
                "SluiceCatalog", "SluicePipelines", "SluiceProcesses", crypto,
            ]),
        room(
            "SluiceConnectors",
            [
                "SluiceCore", "SluiceAWS", "SluiceCodecs", "SluiceFormats", "SluiceStreams", "SluiceLog", "SluiceKinesis", "SluiceCatalog",
                "SluiceRegistry", "SluiceStorage", "SluiceS3", "SluicePipelines", "SluiceSQLite", "SluiceJSON", "SluiceHTTP", "SluiceSaaS",
                "SluiceProcesses", "SluiceLoopback", "CSystemCalls", crypto, .target(name: "SluiceKafka", condition: withKafka),
                .target(name: "SluicePostgreSQL", condition: withPostgreSQL),
            ]),
        // query
        room(
            "SluiceQuery",
            [
                "SluiceCore", "SluiceJSON", "SluiceExpressions", "SluiceStreams", "SluiceLog", "SluiceCatalog", "SluicePipelines",
                "SluiceEngine", "SluiceConnectors", sqlite,
            ]),
        room(
            "SluiceCrawler",
            [
                "SluiceCore", "SluiceCodecs", "SluiceStorage", "SluiceFormats", "SluiceStreams", "SluiceLog", "SluiceCatalog",
                "SluicePipelines",
            ]),
        room(
            "SluiceScheduler",
            ["SluiceCore", "SluiceJSON", "SluiceStorage", "SluiceCatalog", "SluiceSchedules", "SluicePipelines", "CSystemCalls", crypto]),
        // port
        room("SluiceServer", ["SluiceCore", "SluiceJSON", "SluiceAWS", crypto] + nio + tls),
        // services
        room("SluiceKinesisService", ["SluiceCore", "SluiceJSON", "SluiceStreams", "SluiceLog", "SluiceServer", crypto]),
        room(
            "SluiceGlueService",
            [
                "SluiceCore", "SluiceJSON", "SluicePatterns", "SluiceFormats", "SluiceStreams", "SluiceLog", "SluiceCatalog",
                "SluiceRegistry", "SluiceSchedules", "SluiceScheduler",
                "SluiceQuality", "SluicePipelines", "SluiceSaaS",
                "SluiceEngine", "SluiceConnectors", "SluiceCrawler", "SluiceQuery", "SluiceServer",
            ]),
        room(
            "SluiceFirehoseService",
            [
                "SluiceCore", "SluiceJSON", "SluiceHTTP", "SluiceCodecs", "SluiceSchedules", "SluiceFormats", "SluiceStreams",
                "SluiceCatalog", "SluiceBuckets", "SluiceLog", "SluiceServer", crypto,
            ]),
        room(
            "SluiceAppFlowService",
            [
                "SluiceCore", "SluiceJSON", "SluiceHTTP", "SluiceSaaS", "SluiceSchedules", "SluiceCatalog", "SluiceBuckets", "SluiceLog",
                "SluicePipelines", "SluiceEngine", "SluiceConnectors", "SluiceServer",
            ]),
        room("SluiceS3Service", ["SluiceCore", "SluiceJSON", "SluiceAWS", "SluiceBuckets", "SluiceServer"]),
        // edge
        room(
            "SluiceCLI",
            [
                "SluiceCore", "SluiceLoopback", "SluiceAWS", "SluiceExpressions", "SluiceQuality", "SluiceFormats", "SluiceStreams",
                "SluiceLog", "SluiceKinesis", "SluiceCatalog", "SluiceRegistry", "SluiceStorage", "SluiceS3", "SluicePipelines",
                "SluiceEngine",
                "SluiceConnectors", "SluiceCrawler", "SluiceJSON", "SluiceHTTP", "SluiceSaaS", "SluiceMocks", "SluiceQuery",
                "SluiceSchedules", "SluiceScheduler", "SluiceServer", "SluiceKinesisService", "SluiceFirehoseService",
                "SluiceGlueService", "SluiceAppFlowService", "SluiceBuckets",
                "SluiceS3Service", "CSystemCalls", arguments, logging, lifecycle,
            ]),
        // user and door
        room("Sluice", ["SluiceCore", "SluicePipelines", "SluiceEngine", "SluiceCLI"]),
        .executableTarget(name: "sluice", dependencies: ["SluiceCLI"], swiftSettings: strict),
        // tests
        room("SluiceTestKit", ["SluiceCore", "SluiceLoopback", "SluiceStorage"] + nio),
        tests("SluiceCoreTests", ["SluiceCore", "SluiceTestKit"]),
        tests("SluiceJSONTests", ["SluiceJSON", "SluiceTestKit"]),
        tests("SluiceLoopbackTests", ["SluiceLoopback"]),
        tests("SluiceHTTPTests", ["SluiceHTTP", "SluiceJSON", "SluiceCore", "SluiceTestKit", crypto, cryptoExtras]),
        tests("SluiceSaaSTests", ["SluiceSaaS", "SluiceHTTP", "SluiceCore", "SluiceTestKit"]),
        tests("SluiceMocksTests", ["SluiceMocks", "SluiceJSON", "SluiceLoopback", "SluiceTestKit"]),
        tests("SluiceAWSTests", ["SluiceAWS", "SluiceCore", "SluiceTestKit"]),
        tests("SluiceArrowTests", ["SluiceArrow", "CArrow", "SluiceTestKit"]),
        tests("SluicePatternsTests", ["SluicePatterns"]),
        tests(
            "SluicePostgreSQLTests",
            ["SluicePostgreSQL", "SluiceCore"]
                + [
                    "SluiceAWS", "SluiceCatalog", "SluiceCodecs", "SluiceConnectors", "SluiceCrawler", "SluiceEngine", "SluiceJSON",
                    "SluiceLog", "SluicePipelines", "SluiceS3", "SluiceTestKit",
                ]
                .map {
                    .target(name: $0, condition: withPostgreSQL)
                }),
        tests("SluiceSQLiteTests", ["SluiceSQLite", "SluiceTestKit"]),
        tests("SluiceCodecsTests", ["SluiceCodecs", "SluiceTestKit"]),
        tests("SluiceParquetTests", ["SluiceParquet", "SluiceTestKit"], exclude: ["Fixtures", "Reading/Scripts"]),
        tests("SluiceSchedulesTests", ["SluiceSchedules", "SluiceCore", "SluiceTestKit"]),
        helper(
            "schedule-racer", "ScheduleRacer", ["SluiceCore", "SluiceCatalog", "SluicePipelines", "SluiceSchedules", "SluiceScheduler"]),
        tests(
            "SluiceSchedulerTests",
            ["SluiceScheduler", "SluiceSchedules", "SluiceCatalog", "SluicePipelines", "SluiceTestKit", "schedule-racer"]),
        tests("SluiceStorageTests", ["SluiceStorage", "SluiceTestKit"]),
        helper("bucket-crash-writer", "BucketCrashWriter", ["SluiceCore", "SluiceBuckets"]),
        tests("SluiceBucketsTests", ["SluiceBuckets", "SluiceAWS", "SluiceSQLite", "SluiceTestKit", "bucket-crash-writer"]),
        tests("SluiceS3Tests", ["SluiceS3", "SluiceAWS", "SluiceStorage", "SluiceTestKit"]),
        tests("SluiceExpressionsTests", ["SluiceExpressions", "SluiceTestKit"]),
        tests("SluiceQualityTests", ["SluiceQuality", "SluiceCore", "SluiceExpressions", "SluiceTestKit"]),
        tests("SluiceRegistryTests", ["SluiceRegistry", "SluiceCatalog", "SluiceTestKit"]),
        tests("SluiceFormatsTests", ["SluiceFormats", "SluiceTestKit", "CLibCSV", "CTextScan"]),
        helper("stream-crash-writer", "StreamCrashWriter", ["SluiceCore", "SluiceStreams", "SluiceLog"]),
        tests("SluiceStreamsTests", ["SluiceStreams", "SluiceTestKit"]),
        tests("SluiceLogTests", ["SluiceLog", "SluiceTestKit", "stream-crash-writer"]),
        tests("SluiceKinesisTests", ["SluiceKinesis", "SluiceAWS", "SluiceLog", "SluiceStreams", "SluiceTestKit"]),
        tests("SluiceKafkaTests", ["SluiceKafka", "SluiceCore", "SluiceStreams", .target(name: "CRdkafka", condition: withKafka)]),
        tests("SluiceCatalogTests", ["SluiceCatalog", "SluiceTestKit", grdb]),
        tests("SluicePipelinesTests", ["SluicePipelines", "SluiceTestKit"]),
        tests(
            "SluiceConnectorsTests",
            ["SluiceConnectors", "SluiceHTTP", "SluiceJSON", "SluiceMocks", "SluiceSaaS", "SluiceSQLite", "SluiceTestKit"]),
        tests("SluiceEngineTests", ["SluiceEngine", "SluiceConnectors", "SluiceSQLite", "SluiceTestKit"]),
        tests("SluiceQueryTests", ["SluiceQuery", "SluiceConnectors", "SluiceLog", "SluicePipelines", "SluiceStreams", "SluiceTestKit"]),
        tests("SluiceCrawlerTests", ["SluiceCrawler", "SluiceConnectors", "SluiceLog", "SluiceSQLite", "SluiceStreams", "SluiceTestKit"]),
        tests("SluiceServerTests", ["SluiceServer", "SluiceAWS", "SluiceTestKit"] + nio),
        tests(
            "SluiceKinesisServiceTests",
            [
                "SluiceKinesisService", "SluiceServer", "SluiceKinesis", "SluiceAWS", "SluiceLog", "SluiceStreams", "SluiceJSON",
                "SluiceTestKit",
            ]),
        tests(
            "SluiceGlueServiceTests",
            [
                "SluiceGlueService", "SluiceServer", "SluiceBuckets", "SluiceS3Service", "SluiceCatalog", "SluiceConnectors", "SluiceCore",
                "SluiceCrawler", "SluiceLog", "SluiceMocks", "SluicePipelines", "SluiceScheduler", "SluiceTestKit",
            ], exclude: ["Scripts"]),
        tests(
            "SluiceAppFlowServiceTests",
            [
                "SluiceAppFlowService", "SluiceConnectors", "SluiceServer", "SluiceBuckets", "SluiceCatalog", "SluiceLog",
                "SluicePipelines", "SluiceEngine", "SluiceCore", "SluiceTestKit",
            ]),
        tests(
            "SluiceFirehoseServiceTests",
            [
                "SluiceFirehoseService", "SluiceKinesisService", "SluiceS3Service", "SluiceServer", "SluiceBuckets", "SluiceCatalog",
                "SluiceSchedules", "SluiceJSON", "SluiceTestKit",
            ], exclude: ["Scripts"]),
        helper("bucket-server", "BucketServer", ["SluiceCore", "SluiceBuckets", "SluiceS3Service", "SluiceServer"]),
        tests(
            "SluiceS3ServiceTests",
            [
                "SluiceS3Service", "SluiceServer", "SluiceBuckets", "SluiceS3", "SluiceAWS", "SluiceStorage", "SluiceTestKit",
                "bucket-server",
            ], exclude: ["Scripts"]),
        tests("SluiceProcessesTests", ["SluiceProcesses", "SluiceCore"]),
        tests("SluiceTests", ["Sluice", "SluiceTestKit"]),
        tests("SluiceCLITests", ["SluiceCLI", "SluiceTestKit"]),
        helper(
            "run-crasher", "RunCrasher",
            ["SluiceCore", "SluiceCatalog", "SluicePipelines", "SluiceLog", "SluiceEngine", "SluiceConnectors"]),
        tests(
            "EndToEndTests",
            [
                "sluice", "run-crasher", "SluiceAppFlowService", "SluiceCore", "SluiceFirehoseService", "SluiceGlueService",
                "SluiceKinesisService", "SluiceMocks", "SluiceS3Service", "SluiceServer", "SluiceSQLite", "SluiceTestKit",
            ], exclude: ["Scenarios", "Server/Scripts"]),
        tests("TidyTests", []),
    ]
)

// A build for some tests alone (`scripts/test-kafka`) leaves the other tests, and what only they need, out.
if let only = Context.environment["SLUICE_TESTS"]?.split(separator: ",").map(String.init) {
    package.targets.removeAll { $0.type == .test && !only.contains($0.name) }
}
