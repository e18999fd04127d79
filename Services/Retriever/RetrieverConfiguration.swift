// SPDX-License-Identifier: Apache-2.0

package import Settings

/// What `retriever` can be told besides what every service is told.
package struct RetrieverConfiguration: ServiceSettings {
    /// Where the bytes of files lie.
    package var objectFolder: String
    package var embeddingModel: String
    package var embeddingDimensions: Int
    /// The model that orders what was found; nil: fusion's order stands.
    package var rankingModel: String?
    /// How many it looks at (spec 03.15, 08.33).
    package var rankingCandidates: Int

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
        rankingModel = reader.optionalString(
            "retriever.ranking_model",
            help: "A cross-encoder of the fleet that orders the passages found. Without one the search's order stands.")
        rankingCandidates = reader.int(
            "retriever.ranking_candidates", default: 20, in: 1...50,
            help: "Passages that the cross-encoder reads for a question; it takes time for each.")
    }

    package init(
        objectFolder: String, embeddingModel: String, embeddingDimensions: Int, rankingModel: String? = nil,
        rankingCandidates: Int = 20
    ) {
        self.objectFolder = objectFolder
        self.embeddingModel = embeddingModel
        self.embeddingDimensions = embeddingDimensions
        self.rankingModel = rankingModel
        self.rankingCandidates = rankingCandidates
    }
}
