// SPDX-License-Identifier: Apache-2.0

import CFuzz
import FuzzTargets
import Glibc

/// The program that libFuzzer drives. `make fuzz` builds and starts it; by hand:
/// `PARLEY_FUZZ_TARGET=frames fuzz-driver [libFuzzer's options] [corpus folders or single inputs]`.
@main
enum FuzzDriver {
    static let loop = FuzzLoop()
    static let target = getenv("PARLEY_FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

    static func main() {
        guard target != nil else {
            print("PARLEY_FUZZ_TARGET names one of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(64)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        let status = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            do {
                try FuzzDriver.target?.run(Array(UnsafeBufferPointer(start: data, count: size)), on: FuzzDriver.loop)
            } catch {
                // A trap is how libFuzzer is told; it keeps the input.
                fatalError("finding: \(error)")
            }
            return 0
        }
        exit(status)
    }
}
