// swift-tools-version: 6.2
import PackageDescription

// Fuzzers, one program for each reader. `run` beside this file builds them with libFuzzer and the address sanitizer; a plain
// `swift build` here compiles them, but they have no `main` of their own. The folders under `Sources` that are no fuzzers are links to
// the targets of the main package, so that fuzzers see what is `package` and, with `-enable-testing`, what is internal.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: ["FuzzKit", "SluiceCore"] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "sluice",
    targets: [
        // as in the main package
        room("SluiceCore", ["CTextScan"]),
        .systemLibrary(name: "CLibCSV", providers: [.apt(["libcsv-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .target(name: "CTextScan"),
        room("SluiceCodecs", ["SluiceCore", "CZlib", "CZstd", "CSnappy", "CDeflate", "CISAL"]),
        room("SluicePatterns"),
        room("SluiceParquet", ["SluiceCore", "SluiceCodecs"]),
        room("SluiceExpressions", ["SluiceCore", "SluicePatterns"]),
        room("SluiceFormats", ["SluiceCore", "SluiceCodecs", "SluicePatterns", "SluiceParquet", "CLibCSV", "CTextScan"]),
        // parts of targets that would bring the database and the network along
        room("Crypto"),
        room("SluicePipelines"),
        room("SluiceJSON", ["SluiceCore"]),
        room("SluiceAWS", ["SluiceCore", "Crypto"]),
        room("SluiceBuckets", ["SluiceCore", "SluiceAWS"]),
        room("SluiceServer", ["SluiceCore", "SluiceJSON", "Crypto"]),
        room("SluiceS3Service", ["SluiceCore", "SluiceJSON", "SluiceAWS", "SluiceBuckets", "SluiceServer"]),
        room("SluiceStreams", ["SluiceCore", "Crypto"]),
        room("SluiceKinesisService", ["SluiceCore", "SluiceStreams", "SluiceServer"]),
        room("SluiceRegistry", ["SluiceCore", "SluiceCodecs", "SluicePatterns", "SluiceFormats", "Crypto"]),
        // fuzzers
        room("FuzzKit", ["SluiceCore"]),
        fuzzer("codecs", ["SluiceCodecs"]),
        fuzzer("csv", ["SluiceFormats"]),
        fuzzer("json", ["SluiceFormats"]),
        fuzzer("avro", ["SluiceFormats"]),
        fuzzer("text", ["SluiceFormats", "SluicePatterns"]),
        fuzzer("inspect", ["SluiceFormats"]),
        fuzzer("parquet", ["SluiceParquet"]),
        fuzzer("skipping", ["SluiceCodecs", "SluiceParquet"]),
        fuzzer("patterns", ["SluicePatterns"]),
        fuzzer("expressions", ["SluiceExpressions"]),
        fuzzer("spill", []),
        fuzzer("records", ["SluiceFormats"]),
        fuzzer("registry", ["SluiceRegistry"]),
        fuzzer("sql", ["SluicePipelines"]),
        fuzzer("xml", ["SluiceAWS"]),
        fuzzer("wire", ["SluiceServer"]),
        fuzzer("requests", ["SluiceServer", "SluiceS3Service", "SluiceBuckets"]),
        fuzzer("chunks", ["SluiceServer", "SluiceS3Service", "SluiceBuckets", "Crypto"]),
        fuzzer("documents", ["SluiceServer", "SluiceS3Service", "SluiceBuckets"]),
        fuzzer("forms", ["SluiceServer", "SluiceS3Service"]),
        fuzzer("puts", ["SluiceServer", "SluiceKinesisService", "SluiceStreams"]),
        fuzzer("aggregates", ["SluiceStreams", "Crypto"]),
    ]
)
