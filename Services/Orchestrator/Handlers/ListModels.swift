// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorScheduling
import Primitives
package import RPC

extension OrchestratorService {
    /// Every model that a worker has offered since this process started, by name.
    package func listModels(_ request: ListModelsRequest, _ context: CallContext) async throws -> ListModelsReply {
        ListModelsReply(
            models: parts.fleet.models.map { model in
                ModelRow(
                    name: model.name, kind: model.kind.rawValue, createdAtUs: model.createdAt.microseconds,
                    contextTokens: model.contextTokens)
            })
    }
}
