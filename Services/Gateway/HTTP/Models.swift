// SPDX-License-Identifier: Apache-2.0

import Clients
import GatewayDomain
import HTTPEdge
import Messages
import NIOCore
import Primitives

extension GatewayService {
    /// `GET /v1/models`.
    func listModels(_ call: PublicCall) async throws -> HTTPResponse {
        let models = try await models(call)
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("object", "list")
            writer.member(
                "data",
                array: { writer in
                    for model in models {
                        writer.item()
                        model.write(&writer)
                    }
                })
        }
        return .json(ByteBuffer(bytes: writer.bytes))
    }

    /// `GET /v1/models/{model}`, whose name may have slashes.
    func getModel(_ call: PublicCall) async throws -> HTTPResponse {
        let name = call.parameters["model"] ?? ""
        guard let model = try await models(call).first(where: { $0.name == name }) else {
            throw PublicError.unknownModel(name)
        }
        var writer = JSONWriter()
        model.write(&writer)
        return .json(ByteBuffer(bytes: writer.bytes))
    }

    private func models(_ call: PublicCall) async throws -> [ModelRow] {
        let context = call.context(within: Self.patience, at: time.now())
        return try await orchestrator.listModels(ListModelsRequest(), context).models
    }
}

extension ModelRow {
    fileprivate func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", name)
            writer.member("object", "model")
            writer.member("created", createdAtUs / 1_000_000)
            writer.member("owned_by", "parley")
            writer.member(
                "parley",
                object: { writer in
                    writer.member("kind", kind)
                    writer.member("context_tokens", contextTokens)
                    // Of an adapter; vLLM's list says the same in `parent`.
                    if let baseModel { writer.member("base_model", baseModel) }
                })
        }
    }
}
