// SPDX-License-Identifier: Apache-2.0
// Made by Proto/Generator from Proto/modelworker/v1/admin.proto. Do not edit: run `make proto`.

package import Messages
import Primitives
package import RPC

/// The methods of `ModelWorkerAdmin`: what a caller and a server must agree on.
package enum ModelWorkerAdminMethods {
    /// Stops taking new work; what runs is finished.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let drain = Method<DrainRequest, DrainReply>(
        id: 0x0681, name: "modelworker.Drain", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// Takes new work again.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let undrain = Method<UndrainRequest, UndrainReply>(
        id: 0x0682, name: "modelworker.Undrain", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// The load as WatchLoad would report it now.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let getLoad = Method<GetLoadRequest, LoadReport>(
        id: 0x0683, name: "modelworker.GetLoad", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// What the prefix cache did since the start, in all and for the tenants that asked most.
    ///
    /// Deadline: 5 s; may be retried. Fails with unavailable.
    package static let getCacheStatistics = Method<GetCacheStatisticsRequest, CacheStatisticsReply>(
        id: 0x068a, name: "modelworker.GetCacheStatistics", kind: .unary, isIdempotent: true, deadline: .seconds(5),
        callers: [.modelWorker.admin], carriesTokens: false
    )

    /// All of them, in the order of the contract.
    package static let all: [MethodDescription] = [
        drain.description,
        undrain.description,
        getLoad.description,
        getCacheStatistics.description,
    ]
}
