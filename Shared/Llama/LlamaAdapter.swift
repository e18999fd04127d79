// SPDX-License-Identifier: Apache-2.0

import CLlama
import Glibc

/// A LoRA adapter in memory, beside the model it was made for.
///
/// Not Sendable: the library lists a model's adapters in the model, without a lock, and contexts look at that list
/// while they compute. Whoever owns the model's context loads, uses and frees adapters on that one thread.
package final class LlamaAdapter {
    let raw: OpaquePointer
    /// Keeps the model longer than the adapter: the library frees what is left of its adapters with it.
    private let model: LlamaModel

    /// Loads a GGUF file. Blocks for as long as that takes: a millisecond for a small one that was read before.
    package init(file path: String, for model: LlamaModel) throws(LlamaFailure) {
        var attributes = stat()
        guard access(path, R_OK) == 0, stat(path, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFREG else {
            throw .missingFile(path)
        }
        // The tensors are copied as they are, so the file's size is what they take.
        let needed = Int(attributes.st_size)
        if let available = AvailableMemory.bytes, needed > available {
            throw .noAdapterMemory(needed: needed, available: available)
        }
        _ = LlamaRuntime.takeLines()
        guard let adapter = llama_adapter_lora_init(model.raw, path) else {
            throw .badAdapter(path, said: LlamaRuntime.takeSaid())
        }
        // Such an adapter begins to count at certain words of the prompt; what was cached before them would be wrong.
        guard llama_adapter_get_alora_n_invocation_tokens(adapter) == 0 else {
            llama_adapter_lora_free(adapter)
            throw .badAdapter(path, said: "an activated LoRA, which is not supported")
        }
        raw = adapter
        self.model = model
    }

    deinit { llama_adapter_lora_free(raw) }
}
