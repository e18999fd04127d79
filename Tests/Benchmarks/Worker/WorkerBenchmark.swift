// SPDX-License-Identifier: Apache-2.0

import Glibc
import Llama
import Logging
import ModelWorkerDomain
import ModelWorkerService
import Primitives

/// `worker-benchmark MODEL.gguf [threads [drafts [DRAFT.gguf]]]`: the generation engine beside a bare loop over the
/// same library, in one process and one run. Prints one JSON object of figures. With `drafts` only what checking ahead
/// brings, by quotations and, where one is given, by a draft model beside them.
///
/// Tokens per second of processor time are what a busy machine does not change; times are wall time and are.
@main
struct WorkerBenchmark {
    static func main() async {
        do {
            guard CommandLine.arguments.count > 1 else { throw Usage() }
            let threads = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 1 : 1
            let model = try LlamaModel(file: CommandLine.arguments[1])
            if CommandLine.arguments.dropFirst(3).first == "drafts" {
                let draft = try CommandLine.arguments.dropFirst(4).first.map { try LlamaModel(file: $0) }
                return show(try await DraftRun(model: model, draft: draft, threads: threads).figures())
            }
            let engine = try EngineRun(model: model, threads: threads)
            let warm = try await engine.warmPrompts()
            var figures = try BareLoop(model: model, threads: threads, warm: warm).figures()
            figures += try await engine.figures()
            figures += try await DraftRun(model: model, threads: threads).figures()
            show(figures)
        } catch {
            let text = Array("worker-benchmark: \(error)\n".utf8)
            _ = text.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            exit(1)
        }
    }

    private static func show(_ figures: [Figure]) {
        print("{" + figures.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ") + "}")
    }

    struct Usage: Error, CustomStringConvertible {
        var description: String { "give the chat model's file, and the threads if not one" }
    }
}

struct Figure {
    var name: String
    var value: Double
}

/// What both sides are asked: the prompts of the comparison with llama.cpp's own server.
enum Workload {
    static let answerTokens = 64
    static let widths = [1, 2, 4, 8, 16]
    /// Bursts of each width. The peer is asked as often.
    static let rounds = [1: 3, 2: 2, 4: 2, 8: 2, 16: 1]

    static func prompt(_ number: Int) -> String { "Write a long story about traveller number \(number)." }

    /// About 220 tokens, the same for all of one burst and for no two: what one product says before every question.
    static func system(_ round: Int) -> String {
        "Product \(round). "
            + (0..<20).map { "Rule \($0): the assistant must be brief and kind." }.joined(separator: " ")
    }

    /// About 500 tokens, cached when what follows is asked.
    static let sharedText = (0..<42).map { "Rule \($0): the assistant must be brief and kind." }.joined(separator: " ")
    /// No two begin alike, so that nothing but the system message is shared.
    static let warmQuestions = ["Anna", "Brian", "Clara", "David", "Emma", "Frank", "Grace", "Henry"].map {
        "\($0) is a traveller. Write her or his story."
    }
}

/// Processor time of this process, all threads.
func processorSeconds() -> Double {
    var t = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) / 1e9
}

func wallSeconds() -> Double { Double(SystemTime().now().nanoseconds) / 1e9 }

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
