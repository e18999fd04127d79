// SPDX-License-Identifier: Apache-2.0

import CLlama
import Glibc

/// Rewrites a model with other weights' types.
package enum LlamaQuantisation: String, Sendable, CaseIterable {
    case q8 = "q8_0"
    case q4 = "q4_0"
    case bf16

    private var type: llama_ftype {
        switch self {
        case .q8: LLAMA_FTYPE_MOSTLY_Q8_0
        case .q4: LLAMA_FTYPE_MOSTLY_Q4_0
        case .bf16: LLAMA_FTYPE_MOSTLY_BF16
        }
    }

    /// Writes `output` from `input`. Blocks (two seconds for 135 million parameters). A reader never sees half a file:
    /// it is written beside its place and renamed.
    package func convert(_ input: String, to output: String, threads: Int = 1) throws(LlamaFailure) {
        LlamaRuntime.start()
        guard access(input, R_OK) == 0 else { throw .missingFile(input) }
        _ = LlamaRuntime.takeLines()
        let partial = "\(output).partial-\(getpid())"
        var settings = llama_model_quantize_default_params()
        settings.ftype = type
        settings.nthread = Int32(threads)
        // The small models one can get are quantised already; going to a wider type loses nothing more.
        settings.allow_requantize = true
        let status = llama_model_quantize(input, partial, &settings)
        guard status == 0 else {
            unlink(partial)
            throw .quantise(status: status, said: LlamaRuntime.takeSaid())
        }
        guard rename(partial, output) == 0 else {
            unlink(partial)
            throw .quantise(status: UInt32(errno), said: "\(output) cannot be written")
        }
    }
}
