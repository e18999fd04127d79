// SPDX-License-Identifier: Apache-2.0

import Llama
import ModelWorkerDomain

/// What checking foretold tokens brings where an answer quotes, and what it costs where it does not: two engines that
/// differ in nothing else, asked in turns.
struct DraftRun {
    let model: LlamaModel
    /// Asked too where it is given.
    var draft: LlamaModel?
    let threads: Int

    private static let rounds = 3
    private static let answerTokens = 160

    func figures() async throws -> [Figure] {
        let plain = try EngineRun(model: model, threads: threads, drafts: 0)
        let drafting = try EngineRun(model: model, draft: draft, threads: threads)
        return try await plain.serving {
            try await drafting.serving {
                var figures = drafting.stepFigures
                for (name, width, question) in Self.questions {
                    figures += try await compare(name, width, question, plain, drafting)
                }
                return figures
            }
        }
    }

    private func compare(
        _ name: String, _ width: Int, _ question: (Int) -> String, _ plain: EngineRun, _ drafting: EngineRun
    ) async throws -> [Figure] {
        var (plainSeconds, seconds) = (0.0, 0.0)
        var (tokens, equal, all) = (0, 0, 0)
        let before = drafting.drafts
        for round in 0..<Self.rounds {
            let questions = (0..<width).map { question(round * width + $0) }
            // Salts of their own keep every request cold.
            let salt = 100_000 + 1_000 * width + 100 * round
            let first = try await plain.cost(of: questions, salt: salt, max: Self.answerTokens)
            let second = try await drafting.cost(of: questions, salt: salt, max: Self.answerTokens)
            plainSeconds += first.seconds
            seconds += second.seconds
            tokens += first.tokens.reduce(0) { $0 + $1.count }
            equal += zip(first.tokens, second.tokens).count { $0 == $1 }
            all += width
        }
        let drafts = drafting.drafts
        return [
            Figure(name: "plain_\(name)_c\(width)", value: Double(tokens) / plainSeconds),
            Figure(name: "drafting_\(name)_c\(width)", value: Double(tokens) / seconds),
            Figure(name: "drafted_\(name)_c\(width)", value: Double(drafts.proposed - before.proposed)),
            Figure(name: "accepted_\(name)_c\(width)", value: Double(drafts.accepted - before.accepted)),
            Figure(
                name: "drafted_by_model_\(name)_c\(width)",
                value: Double(drafts.model.proposed - before.model.proposed)),
            Figure(
                name: "accepted_of_model_\(name)_c\(width)",
                value: Double(drafts.model.accepted - before.model.accepted)),
            Figure(name: "equal_\(name)_c\(width)", value: Double(equal) / Double(all)),
        ]
    }

    private static let questions: [(name: String, width: Int, question: @Sendable (Int) -> String)] = [
        ("quoting", 1, quoting), ("free", 1, free), ("quoting", 4, quoting), ("free", 4, free),
    ]

    private static func quoting(_ number: Int) -> String {
        "Repeat the following text word for word, and say nothing else.\n\n" + text(number)
    }

    private static func free(_ number: Int) -> String { Workload.prompt(70_000 + number) }

    /// About 130 tokens that no model knows by heart.
    private static func text(_ number: Int) -> String {
        let names = ["Anna", "Brian", "Clara", "David", "Emma", "Frank", "Grace", "Henry", "Ines", "Jonas"]
        let places = ["harbour", "mill", "bridge", "orchard", "station", "chapel", "market"]
        return (0..<7).map { line in
            let name = names[(number * 3 + line) % names.count]
            let place = places[(number + line * 2) % places.count]
            return "\(name) walked to the \(place) with \(number + line + 3) letters and a small lamp."
        }.joined(separator: " ")
    }
}
