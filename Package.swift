// swift-tools-version: 6.2
// The whole suite: one package, layered targets, one function per kind of target.
//
// Layers and their rules stand in ARCHITECTURE.md; explicit target dependencies are checked by the build
// (`make build` passes --explicit-target-dependency-import-check error), so a wrong import does not compile.

import PackageDescription

/// Whether this is the build of `make fuzz`: every target is watched by libFuzzer and the address sanitizer, and there
/// is one more executable (Docs/Decisions/0041). The flags stand here and not on the command line, because there the
/// linker and third-party packages would get them too.
let fuzzes = Context.environment["PARLEY_FUZZ"] != nil
let watched: [SwiftSetting] =
    fuzzes ? [.unsafeFlags(["-sanitize=fuzzer,address", "-assert-config", "Debug", "-g"])] : []
let watchedC: [CSetting] = fuzzes ? [.unsafeFlags(["-fsanitize=fuzzer-no-link,address", "-g"])] : []

let language: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableExperimentalFeature("Lifetimes"),
        .unsafeFlags(["-warnings-as-errors"]),
    ] + watched

let strict: [SwiftSetting] =
    language + [
        // One release build serves running and testing (Docs/Decisions/0040): tests may look inside of it.
        .unsafeFlags(["-enable-testing", "-cross-module-optimization"], .when(configuration: .release))
    ]

/// The path of every frame. Its tests use no internal names, so it is built closed, which lets the optimiser see that
/// nobody overrides anything; and release builds leave out the run-time check of exclusive access (about a tenth of a
/// call), which debug builds of the same tests make.
let hot: [SwiftSetting] =
    language + [
        .unsafeFlags(
            fuzzes
                ? ["-enforce-exclusivity=checked"] : ["-enforce-exclusivity=unchecked", "-cross-module-optimization"],
            .when(configuration: .release))
    ]

// Third-party products, each with a page in Docs/Decisions. A product enters Shared targets only.
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")

/// A library under Shared/, in the folder of its own name.
func shared(_ name: String, needs: [Target.Dependency] = [], settings: [SwiftSetting] = strict) -> Target {
    .target(name: name, dependencies: needs, path: "Shared/\(name)", swiftSettings: settings)
}

/// A system library: a module map under Shared/CLibraries, no logic.
func system(_ name: String, pkgConfig: String?, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Shared/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// What every service is made of besides its own Domain.
let foundationOfServices: [Target.Dependency] = [
    "Primitives", "Wire", "RPC", "Messages", "Clients", "Settings", "Telemetry", "ServiceKit", logging,
]

/// The four targets of one service (house rules: Domain is pure, Server and Admin are thin).
///
/// - Parameter pure: folders that are targets of their own and need Primitives only, like Domain: what is pure can be
///   used without the service, as the simulator uses the scheduler.
func service(
    _ name: String, executable: String, stores: Bool = true, pure: [String] = [], embeds: [Resource] = [],
    needs: [Target.Dependency] = [], adminNeeds: [Target.Dependency] = []
) -> [Target] {
    let path = "Services/\(name)"
    let domain: Target.Dependency = .target(name: "\(name)Domain")
    let pureTargets = pure.map { folder in
        Target.target(
            name: "\(name)\(folder)", dependencies: ["Primitives"], path: "\(path)/\(folder)", swiftSettings: strict)
    }
    let pureNeeds = pure.map { Target.Dependency.target(name: "\(name)\($0)") }
    return pureTargets + [
        .target(
            name: "\(name)Domain", dependencies: ["Primitives"], path: "\(path)/Domain", swiftSettings: strict),
        .target(
            name: "\(name)Service",
            dependencies: [domain] + pureNeeds + foundationOfServices + (stores ? ["Postgres", "Redis"] : []) + needs,
            path: path,
            exclude: ["README.md", "Domain", "Server", "Admin"] + pure + (stores ? ["Migrations"] : []),
            resources: embeds, swiftSettings: strict),
        .executableTarget(
            name: executable, dependencies: [.target(name: "\(name)Service"), "ServiceKit", "Primitives"],
            path: "\(path)/Server", swiftSettings: strict),
        .executableTarget(
            name: "\(executable)-admin",
            dependencies: ["Primitives", "AdminKit", "Clients", "Messages", "RPC", argumentParser] + adminNeeds,
            path: "\(path)/Admin", swiftSettings: strict),
    ]
}

/// Tests that need nothing but the target they are named for and TestKit.
func unitTests(_ name: String, needs: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name), "TestKit"] + (name == "Primitives" ? [] : ["Primitives"]) + needs,
        path: "Tests/Unit/\(name)", swiftSettings: strict)
}

/// Tests that start a real Postgres or Redis through TestKit.
func integrationTests(_ name: String, needs: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)IntegrationTests", dependencies: ["Primitives", "TestKit"] + needs,
        path: "Tests/Integration/\(name)", swiftSettings: strict)
}

var targets: [Target] = [
    // Layer 0: C, generated or small, and the module maps of the system's libraries.
    system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    system("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
    system("CHiredis", pkgConfig: "hiredis", apt: "libhiredis-dev"),
    system("CProtobuf", pkgConfig: "libprotobuf-c", apt: "libprotobuf-c-dev"),
    system("CCrypt", pkgConfig: "libcrypt", apt: "libcrypt-dev"),
    system("CLlama", pkgConfig: "llama", apt: "(make install builds it)"),
    system("CLlamaChat", pkgConfig: "parley-llama-chat", apt: "(make install builds it)"),
    .target(name: "CShims", dependencies: ["COpenSSL"], path: "Shared/CShims", cSettings: watchedC),
    // Linked with ggml's library of kernels, so that the linker lets ours of the same name stand before it.
    .target(
        name: "CKernels", path: "Shared/CKernels", cSettings: watchedC, linkerSettings: [.linkedLibrary("ggml-cpu")]),
    .target(name: "CMessages", dependencies: ["CProtobuf"], path: "Proto/Generated", cSettings: watchedC),

    // Layer 1
    shared("Primitives"),

    // Layer 2
    shared("Wire", needs: ["Primitives"], settings: hot),
    shared("Messages", needs: ["Primitives", "CMessages", "CProtobuf", "CShims"]),
    shared("Settings", needs: ["Primitives", configuration]),
    shared("Telemetry", needs: ["Primitives", logging, metrics, coreMetrics]),
    shared("Cryptography", needs: ["Primitives", "COpenSSL", "CCrypt", "CShims"]),
    shared("VectorIndex", needs: ["Primitives"]),
    shared("ObjectStore", needs: ["Primitives"]),
    shared("Llama", needs: ["Primitives", "CLlama", "CLlamaChat", "CKernels"]),

    // Layer 3
    shared("Loops", needs: ["Primitives", nioCore, nioPosix], settings: hot),
    shared("TLS", needs: ["Primitives", "COpenSSL", "CShims", nioCore], settings: hot),
    shared(
        "RPC", needs: ["Primitives", "Wire", "Loops", "Telemetry", logging, metrics, nioCore, collections],
        settings: hot),
    shared(
        "Postgres",
        needs: ["Primitives", "Telemetry", "CPostgres", "CShims", logging, metrics, collections, lifecycle]),
    shared(
        "Redis",
        needs: [
            "Primitives", "Loops", "Telemetry", "CHiredis", "TLS", logging, metrics, nioCore, nioPosix, lifecycle,
            collections,
        ]),

    shared("MessageJSON", needs: ["Primitives", "Messages", "Settings", "Telemetry"]),

    // Layer 4
    shared(
        "Transport",
        needs: [
            "Primitives", "Wire", "Loops", "RPC", "TLS", "Telemetry", logging, metrics, lifecycle, nioCore, nioPosix,
        ], settings: hot),
    shared("Clients", needs: ["Primitives", "Wire", "RPC", "Messages"]),
    shared(
        "HTTPEdge",
        needs: [
            "Primitives", "Loops", "TLS", "Telemetry", logging, metrics, lifecycle, nioCore, nioPosix, nioHTTP1,
        ]),
    shared(
        "HTTPClient", needs: ["Primitives", "Loops", "TLS", nioCore, nioPosix, nioHTTP1]),

    // Layer 5
    shared(
        "ServiceKit",
        needs: [
            "Primitives", "Wire", "Settings", "Telemetry", "RPC", "Transport", "TLS", "HTTPEdge", "Postgres", "Redis",
            "Messages", "Clients", "Loops", logging, coreMetrics, lifecycle, unixSignals, nioCore, nioPosix, nioHTTP1,
        ]),
    shared(
        "AdminKit",
        needs: [
            "Primitives", "Wire", "RPC", "Transport", "TLS", "Settings", "Clients", "Messages", "MessageJSON",
            "Telemetry", "Postgres", argumentParser, logging, nioCore, nioPosix,
        ]),

    // Aside: imported by tests only.
    .target(
        name: "TestKit",
        dependencies: [
            "Primitives", "Wire", "RPC", "Transport", "TLS", "Postgres", "Redis", "Telemetry", "Settings", "Clients",
            "Messages", "ServiceKit", "Cryptography", logging, nioCore, nioPosix,
        ],
        path: "Shared/TestKit", swiftSettings: strict),
]

targets += service(
    "Gateway", executable: "gateway", stores: false,
    embeds: ["index.html", "app.js", "api.js", "text.js", "style.css", "icon.svg"].map {
        .embedInCode("HTTP/Web/\($0)")
    },
    needs: ["HTTPEdge", "TLS", "Cryptography", "Redis", lifecycle, metrics, nioCore, nioHTTP1])
targets += service("Auth", executable: "auth", needs: ["Cryptography"])
targets += service(
    "Orchestrator", executable: "orchestrator", pure: ["Scheduling"],
    needs: ["Cryptography", "Loops", "Transport", nioCore, lifecycle, metrics])
targets += service(
    "ModelWorker", executable: "model-worker", stores: false,
    needs: ["Llama", "Cryptography", "HTTPClient", "TLS", nioCore, nioPosix, nioHTTP1],
    adminNeeds: ["Llama"])
targets += service(
    "Retriever", executable: "retriever", needs: ["VectorIndex", "ObjectStore", "Cryptography"])
targets += service("Billing", executable: "billing", needs: ["Cryptography"])
targets += service("Moderation", executable: "moderation")

targets += [
    unitTests("Primitives"),
    unitTests("Wire"),
    unitTests("Messages", needs: ["CMessages", "CShims"]),
    unitTests("MessageJSON", needs: ["Messages"]),
    unitTests("Settings", needs: [configuration]),
    unitTests("Telemetry", needs: [logging, metrics]),
    unitTests("Cryptography"),
    unitTests("VectorIndex"),
    unitTests("ObjectStore"),
    unitTests("TLS", needs: ["COpenSSL", "CShims", nioCore, nioEmbedded]),
    unitTests("RPC", needs: ["CShims", "Wire", "Loops", "Transport", "TLS", logging, nioCore, nioPosix]),
    unitTests("Transport", needs: ["CShims", "Wire", "Loops", "RPC", "TLS", logging, nioCore, nioPosix]),
    unitTests("Redis", needs: [nioCore, nioEmbedded]),
    unitTests("HTTPEdge", needs: ["TLS", nioCore, nioPosix, nioHTTP1, nioEmbedded]),
    unitTests("HTTPClient", needs: ["TLS", nioCore, nioPosix, nioHTTP1]),
    unitTests(
        "ServiceKit",
        needs: [
            "Settings", "Wire", "RPC", "Telemetry", "Transport", "TLS", "HTTPEdge", logging, lifecycle, nioCore,
            nioPosix, nioHTTP1,
        ]),
    unitTests(
        "AdminKit",
        needs: ["RPC", "Wire", "Clients", "Messages", "TLS", "Transport", logging, nioCore, nioPosix, argumentParser]),
    unitTests(
        "GatewayService",
        needs: [
            "GatewayDomain", "HTTPEdge", "Messages", "RPC", "Clients", "Cryptography", "Telemetry", logging, nioCore,
            nioPosix, nioHTTP1,
        ]),
    unitTests("AuthService", needs: ["AuthDomain", "Messages", "RPC", "Cryptography"]),
    unitTests("OrchestratorScheduling"),
    unitTests(
        "OrchestratorService",
        // A worker's Domain, for a double that assembles its text as a worker does.
        needs: [
            "OrchestratorDomain", "OrchestratorScheduling", "ModelWorkerDomain", "Messages", "RPC", "Wire", "Clients",
            nioCore,
        ]),
    unitTests(
        "ModelWorkerService",
        needs: [
            "ModelWorkerDomain", "Messages", "RPC", "Wire", "Clients", "Llama", "CKernels", "Settings", "HTTPClient",
            logging, nioCore,
        ]),
    unitTests("RetrieverService", needs: ["RetrieverDomain", "Messages", "RPC", "VectorIndex", "Clients"]),
    unitTests("BillingService", needs: ["BillingDomain", "Messages", "RPC"]),
    unitTests("ModerationService", needs: ["ModerationDomain", "Messages", "RPC"]),
    integrationTests("Postgres", needs: ["Postgres", "TLS"]),
    integrationTests("Redis", needs: ["Redis", "TLS", nioCore, nioPosix]),
    integrationTests(
        "Auth",
        needs: [
            "AuthService", "AuthDomain", "Postgres", "Redis", "Messages", "RPC", "Clients", "Cryptography", logging,
            nioPosix,
        ]),
    integrationTests(
        "Billing",
        needs: [
            "BillingService", "BillingDomain", "Postgres", "Redis", "Messages", "RPC", "Clients", logging, nioPosix,
        ]),
    integrationTests(
        "Orchestrator",
        needs: [
            "OrchestratorService", "OrchestratorDomain", "OrchestratorScheduling", "Postgres", "Redis", "Messages",
            "RPC", "Clients", "Loops",
            logging,
            nioPosix,
        ]),
    integrationTests(
        "Retriever",
        needs: [
            "RetrieverService", "RetrieverDomain", "Postgres", "Messages", "RPC", "ObjectStore", "Clients", logging,
        ]),
    integrationTests(
        "Moderation",
        needs: ["ModerationService", "ModerationDomain", "Postgres", "Messages", "RPC", "Clients", logging]),
    // Benchmarks: run in release by `make bench`, never by the suite.
    .target(name: "RawEcho", dependencies: ["COpenSSL"], path: "Tests/Benchmarks/RawEcho"),
    .executableTarget(
        name: "rpc-benchmark",
        dependencies: [
            "Primitives", "Loops", "RPC", "TLS", "Transport", "Messages", "ServiceKit", "Telemetry", "RawEcho", logging,
            nioCore, nioPosix,
        ],
        path: "Tests/Benchmarks/RPC", exclude: ["README.md"], swiftSettings: strict),
    .executableTarget(
        name: "worker-benchmark",
        dependencies: ["ModelWorkerDomain", "ModelWorkerService", "Llama", "Primitives", logging],
        path: "Tests/Benchmarks/Worker", swiftSettings: strict),
    .executableTarget(
        name: "upstream-benchmark",
        dependencies: ["HTTPClient", "Loops", "ModelWorkerDomain", nioCore, nioPosix, nioHTTP1],
        path: "Tests/Benchmarks/Upstream", exclude: ["Curl"], swiftSettings: strict),
    // The scheduler against simulated workers (`make simulate`), and what a decision costs.
    .executableTarget(
        name: "fleet-benchmark", dependencies: ["OrchestratorScheduling", "Primitives"],
        path: "Tests/Benchmarks/Fleet", swiftSettings: strict),
    // Fuzzing: what is fuzzed, and the test that replays the corpus. The driver follows below.
    .target(
        name: "FuzzTargets",
        dependencies: [
            "CShims", "Primitives", "Wire", "Loops", "RPC", "Messages", "GatewayDomain", "ModelWorkerDomain", logging,
            nioCore, nioEmbedded,
        ],
        path: "Tests/Fuzz/Targets", swiftSettings: strict),
    .testTarget(
        name: "FuzzCorpusTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay", swiftSettings: strict),
    .testTarget(name: "HouseTests", dependencies: [], path: "Tests/House", swiftSettings: strict),
]

if fuzzes {
    targets += [
        .systemLibrary(name: "CFuzz", path: "Tests/Fuzz/CFuzz"),
        .executableTarget(
            name: "fuzz-driver", dependencies: ["CFuzz", "FuzzTargets"], path: "Tests/Fuzz/Driver",
            swiftSettings: language, linkerSettings: [.unsafeFlags(["-sanitize=address"])]),
    ]
}

/// The targets that PARLEY_ONLY names and what they need, so that whoever works on one part builds only that:
/// `PARLEY_ONLY=RPCTests,TransportTests swift build --build-tests`. Unset, as everywhere else, it is all of them.
func chosen(from targets: [Target]) -> [Target] {
    guard let names = Context.environment["PARLEY_ONLY"] else { return targets }
    var wanted: Set<String> = []
    var found = names.split(separator: ",").map(String.init)
    while let name = found.popLast() {
        guard wanted.insert(name).inserted, let target = targets.first(where: { $0.name == name }) else { continue }
        for dependency in target.dependencies {
            switch dependency {
            case .targetItem(let name, _), .byNameItem(let name, _): found.append(name)
            default: break
            }
        }
    }
    return targets.filter { wanted.contains($0.name) }
}

let package = Package(
    name: "Parley",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(
            url: "https://github.com/apple/swift-configuration.git", from: "1.4.0",
            traits: ["JSON", "CommandLineArguments"]),
    ],
    targets: chosen(from: targets),
    cLanguageStandard: .gnu11
)
