// SPDX-License-Identifier: Apache-2.0

/// Why the library did not do what it was asked to. Names files and settings, so it belongs in our log.
package enum LlamaFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file is not there or cannot be read.
    case missingFile(String)
    /// The file was read and is not a model this library can load. With what the library said.
    case badModel(String, said: String)
    /// No context of these settings could be made.
    case noContext(said: String)
    /// The key-value cache would not fit the machine's memory. Found before it is taken, because a process that takes
    /// it is killed later, in the middle of somebody's answer.
    case noMemory(needed: Int, available: Int)
    /// The same of an adapter.
    case noAdapterMemory(needed: Int, available: Int)
    /// The same of a draft model's weights.
    case noDraftMemory(needed: Int, available: Int)
    /// A draft model speaks another language of tokens than the model. Says where they differ first.
    case otherVocabulary(String)
    /// The file is no adapter, or one of another model. With what the library said.
    case badAdapter(String, said: String)
    /// A text too long to be tokenised at once.
    case textTooLong(bytes: Int, limit: Int)
    /// More tokens than the batch was made for.
    case batchFull(limit: Int)
    /// A sequence, position or token outside what the context was made for.
    case outOfRange(String)
    /// The cache has no room for this batch.
    case noRoom
    /// The library refused or broke off a batch.
    case decode(status: Int32)
    /// The model cannot do this: for example embeddings of a model without pooling.
    case unsupported(String)
    /// A template, a grammar or an answer that the chat library does not take. What it said may quote text.
    case chat(status: Int32, said: String)
    /// The model could not be converted. With what the library said.
    case quantise(status: UInt32, said: String)

    package var description: String {
        switch self {
        case .missingFile(let path): "the model file \(path) is missing or cannot be read"
        case .badModel(let path, let said): "\(path) is not a usable model: \(said)"
        case .noContext(let said): "no context could be made: \(said)"
        case .noMemory(let needed, let available):
            "the key-value cache needs \(needed >> 20) MB, \(available >> 20) MB are free: lower engine.context_tokens"
        case .noAdapterMemory(let needed, let available):
            "an adapter needs \(needed >> 20) MB, \(available >> 20) MB are free"
        case .noDraftMemory(let needed, let available):
            "the draft model needs \(needed >> 20) MB, \(available >> 20) MB are free"
        case .otherVocabulary(let difference):
            "the draft model's vocabulary is not the model's, so it cannot draft for it: \(difference)"
        case .badAdapter(let path, let said): "\(path) is not a usable adapter of this model: \(said)"
        case .textTooLong(let bytes, let limit): "a text of \(bytes) bytes is over the limit of \(limit)"
        case .batchFull(let limit): "the batch holds \(limit) tokens and is full"
        case .outOfRange(let what): "\(what) is out of range"
        case .noRoom: "the key-value cache has no room for this batch"
        case .decode(let status): "the model refused a batch with status \(status)"
        case .unsupported(let what): what
        // What the library said may quote a conversation: it is for callers to look at, not for a log.
        case .chat(let status, _): "the chat library refused with status \(status)"
        case .quantise(let status, let said): "the model could not be converted, status \(status): \(said)"
        }
    }
}
