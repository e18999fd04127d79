// SPDX-License-Identifier: Apache-2.0

import ModelWorkerDomain
import Settings

/// Which adapters an engine has, and may get.
package struct AdapterSettings: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        package var name: String
        package var path: String
        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// Loaded before the worker is ready.
    package var files: [File]
    /// Where more may be loaded from while the worker runs; nil: no more.
    package var folder: String?
    /// Each takes memory, and streams of different ones take turns.
    package var limit: Int

    package init(files: [File] = [], folder: String? = nil, limit: Int = 8) {
        self.files = files
        self.folder = folder
        self.limit = limit
    }

    init(_ reader: inout SettingsReader) {
        let key = "engine.adapters"
        let texts = reader.list(
            key, help: "LoRA adapters of the chat model, GGUF files, as name=path. Clients ask for model:name.")
        limit = reader.int(
            "engine.max_adapters", default: 8, in: 0...64,
            help: "Adapters at a time. Each takes its file's size in memory, and answers of several take turns.")
        folder = reader.optionalString(
            "engine.adapter_folder",
            help:
                "Folder from which model-worker-admin may load adapters while the worker runs. Without one it may not."
        )
        files = []
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, AdapterName.isValid(parts[0]), !parts[1].isEmpty,
                !files.contains(where: { $0.name == parts[0] }), files.count < limit
            else {
                reader.reject(key, found: text, expected: "name=path, each name once, at most engine.max_adapters")
                continue
            }
            files.append(File(name: parts[0], path: parts[1]))
        }
    }

    /// Where a file lies that somebody wants loaded; nil when it may not be: the folder is not left.
    func path(of file: String) -> String? {
        guard let folder, !file.isEmpty, file.utf8.count <= 1_024, !file.hasPrefix("/"),
            !file.split(separator: "/", omittingEmptySubsequences: false).contains(where: {
                $0.isEmpty || $0 == "." || $0 == ".."
            })
        else { return nil }
        return "\(folder)/\(file)"
    }
}
