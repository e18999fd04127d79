// SPDX-License-Identifier: Apache-2.0

package import Messages
import OrchestratorDomain
import OrchestratorScheduling
import Primitives
package import RPC

extension OrchestratorService {
    /// Every model that a worker has offered since this process started, and every name that stands for some of them.
    package func listModels(_ request: ListModelsRequest, _ context: CallContext) async throws -> ListModelsReply {
        let models = parts.fleet.models
        var rows = models.map { model in
            ModelRow(
                name: model.name, kind: model.kind.rawValue, createdAtUs: model.createdAt.microseconds,
                contextTokens: model.contextTokens, baseModel: model.base)
        }
        for route in parts.routes.all {
            rows.removeAll { $0.name == route.name }
            // What holds for every model it may lead to.
            let reached = models.filter { route.models.contains($0.name) }
            rows.append(
                ModelRow(
                    name: route.name, kind: ServedModel.Kind.chat.rawValue,
                    createdAtUs: reached.map(\.createdAt.microseconds).max() ?? 0,
                    contextTokens: reached.map(\.contextTokens).min() ?? 0))
        }
        return ListModelsReply(models: rows.sorted { $0.name < $1.name })
    }
}
