// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a `POST /v1/chat/completions` asks for, after every check that needs nobody else.
package struct ChatRequest: Sendable {
    /// More messages than this are refused: a prompt that long does not fit any model's context.
    package static let maximumMessages = 2_048
    /// As OpenAI's: more stop strings than four slow every token down.
    package static let maximumStops = 4
    package static let maximumStopBytes = 1_024
    package static let maximumRetrievalFiles = 64
    package static let maximumPassages: Int64 = 50
    /// Where "no limit" would be a number somebody typed: no model's context is near it.
    package static let maximumTokens: Int64 = 1_048_576

    package struct Message: Hashable, Sendable {
        package var role: Role
        package var content: String
        package var name: String?
        /// The calls an assistant made, as a JSON array.
        package var toolCalls: [UInt8]?
        /// Which call a tool's message answers.
        package var toolCallID: String?

        package init(
            role: Role, content: String, name: String?, toolCalls: [UInt8]? = nil, toolCallID: String? = nil
        ) {
            self.role = role
            self.content = content
            self.name = name
            self.toolCalls = toolCalls
            self.toolCallID = toolCallID
        }
    }

    package enum Role: String, CaseIterable, Sendable {
        case system, user, assistant, tool
    }

    /// Which of the tools the model may or must call.
    package struct ToolChoice: Hashable, Sendable {
        /// "auto", "none" or "required".
        package var mode: String
        /// The one that must be called.
        package var name: String?

        package init(mode: String, name: String? = nil) {
            self.mode = mode
            self.name = name
        }
    }

    /// A token made likelier or less likely.
    package struct Bias: Hashable, Sendable {
        package var token: UInt32
        package var bias: Float

        package init(token: UInt32, bias: Float) {
            self.token = token
            self.bias = bias
        }
    }

    package struct Retrieval: Hashable, Sendable {
        package var files: [FileID]
        /// nil leaves the number of passages to the orchestrator.
        package var limit: UInt32?

        package init(files: [FileID], limit: UInt32?) {
            self.files = files
            self.limit = limit
        }
    }

    package var model: String
    package var messages: [Message]
    package var isStreaming = false
    package var includesUsage = false
    package var maximumCompletionTokens: UInt32?
    package var temperature: Float?
    package var topP: Float?
    package var topK: UInt32?
    package var seed: UInt64?
    package var minP: Float?
    package var presencePenalty: Float?
    package var frequencyPenalty: Float?
    package var repetitionPenalty: Float?
    package var logitBias: [Bias] = []
    /// How many alternatives are told for each token; nil when no probabilities are.
    package var topLogprobs: UInt32?
    /// A JSON array; nil without tools.
    package var tools: [UInt8]?
    package var toolChoice: ToolChoice?
    package var parallelToolCalls: Bool?
    /// A JSON object; nil for plain text.
    package var responseFormat: [UInt8]?
    package var stop: [String] = []
    package var isStored = false
    package var conversation: ConversationID?
    package var retrieval: Retrieval?
    /// The client comes back with `Last-Event-ID` when its connection breaks, so a closed one does not end the turn.
    package var isResumable = false

    /// Whether the answer may call tools, and is to be read for calls.
    package var mayCall: Bool { tools != nil && toolChoice?.mode != "none" }

    package init(model: String, messages: [Message]) {
        self.model = model
        self.messages = messages
    }
}
