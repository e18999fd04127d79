// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of its own for one test's files, gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "parley-settings-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        // A folder that stays behind in the temporary directory harms no later test.
        try? FileManager.default.removeItem(at: folder)
    }
    return try body(folder)
}

/// Writes a file in the folder and returns its path.
func write(_ text: String, to name: String, in folder: URL) throws -> String {
    let file = folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    return file.path
}
