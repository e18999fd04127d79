// SPDX-License-Identifier: Apache-2.0

package import Settings

/// What `retriever` can be told besides what every service is told.
package struct RetrieverConfiguration: ServiceSettings {
    /// Where the bytes of files lie.
    package var objectFolder: String
    package var embeddingModel: String
    package var embeddingDimensions: Int

    package init(_ reader: inout SettingsReader) {
        objectFolder = reader.string(
            "retriever.object_folder",
            help: "Folder for the bytes of uploaded files; shared by all replicas, writable by the service only.")
        embeddingModel = reader.string(
            "retriever.embedding_model", default: "all-minilm-l6-v2",
            help: "Model that embeds passages and questions; passages of another model are not searched by vector.")
        embeddingDimensions = reader.int(
            "retriever.embedding_dimensions", default: 384, in: 1...8_192,
            help: "Length of that model's vectors.")
    }

    package init(objectFolder: String, embeddingModel: String, embeddingDimensions: Int) {
        self.objectFolder = objectFolder
        self.embeddingModel = embeddingModel
        self.embeddingDimensions = embeddingDimensions
    }
}
