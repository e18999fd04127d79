// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Testing

struct SimulatedLanguageTests {
    private let language = SimulatedLanguage()

    @Test func whatItSaysTokenisesToWhatItSaid() {
        let tokens = (0..<200).map { language.token(seed: 1, prompt: 2, position: $0) }
        let text = String(decoding: tokens.flatMap(language.bytes(of:)), as: UTF8.self)
        #expect(language.tokenize(text) == tokens)
    }

    @Test func theSameSeedSaysTheSame() {
        let say = { (seed: UInt64, prompt: UInt64) in
            (0..<20).map { language.token(seed: seed, prompt: prompt, position: $0) }
        }
        #expect(say(1, 1) == say(1, 1))
        #expect(say(1, 1) != say(2, 1))
        #expect(say(1, 1) != say(1, 2))
    }

    @Test func equalTextsHaveEqualTokensAndLongerOnesBeginWithThem() {
        let short = language.tokenize("What is a wombat?")
        #expect(language.tokenize("What is a wombat? Tell me").starts(with: short))
        #expect(short.count == 4)
    }

    @Test func textsThatShareWordsAreNear() {
        let words = HashedWords(dimensions: 384)
        let vectors = ["The cats sleep on a mat", "A cat sleeps on the mat", "Quarterly revenue grew"].map {
            words.embed($0).vector
        }
        let cosine = { (a: [Float], b: [Float]) in zip(a, b).reduce(0 as Float) { $0 + $1.0 * $1.1 } }
        #expect(abs(cosine(vectors[0], vectors[0]) - 1) < 1e-4)
        #expect(cosine(vectors[0], vectors[1]) > 0.8)
        #expect(abs(cosine(vectors[0], vectors[2])) < 0.4)
    }
}
