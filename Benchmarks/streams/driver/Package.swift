// swift-tools-version: 6.2
import PackageDescription

// The program that measures the embedded log. The folders under `Sources` but `stream-driver` are links: to the targets of the main
// package, so that the driver sees what is `package`, and to the records that all measured programs share.

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

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "sluice",
    dependencies: [.package(url: "https://github.com/apple/swift-crypto", from: "4.5.0")],
    targets: [
        // as in the main package
        room("SluiceCore"),
        .target(name: "CStreamSupport"),
        .target(name: "CSystemCalls"),
        room("SluiceStreams", ["SluiceCore", crypto]),
        room("SluiceLog", ["SluiceCore", "SluiceStreams", "CStreamSupport", "CSystemCalls", crypto]),
        // here
        .target(name: "CWorkload"),
        .executableTarget(
            name: "stream-driver", dependencies: ["SluiceCore", "SluiceLog", "CWorkload"], swiftSettings: strict),
    ]
)
