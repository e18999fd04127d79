// SPDX-License-Identifier: Apache-2.0

import Cryptography
package import HTTPEdge
import NIOCore
import NIOHTTP1
import Primitives

/// The page at `/` and its files, served from memory.
///
/// They are embedded into the executable (Docs/Decisions, "The web page is embedded"), so there is no folder to find
/// and none to mistake. Browsers ask again each time and are told "not modified": a release is seen at once.
package struct WebPage: Sendable {
    private struct Asset: Sendable {
        var bytes: ByteBuffer
        var headers: HTTPHeaders
        var tag: String
    }

    /// Nothing runs and nothing loads that did not come from here; nobody may put the page in a frame.
    package static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].joined(separator: "; ")

    private let assets: [String: Asset]

    package init() {
        assets = [
            "index.html": Self.asset(PackageResources.index_html, "text/html; charset=utf-8"),
            "app.js": Self.asset(PackageResources.app_js, "text/javascript; charset=utf-8"),
            "api.js": Self.asset(PackageResources.api_js, "text/javascript; charset=utf-8"),
            "text.js": Self.asset(PackageResources.text_js, "text/javascript; charset=utf-8"),
            "style.css": Self.asset(PackageResources.style_css, "text/css; charset=utf-8"),
            "icon.svg": Self.asset(PackageResources.icon_svg, "image/svg+xml"),
        ]
    }

    private static func asset(_ bytes: [UInt8], _ type: String) -> Asset {
        // Eight bytes of a digest tell two releases of a file apart; the tag is no secret.
        let tag = "\"\(Hex.encode(SHA256.hash(bytes).prefix(8)))\""
        let headers: HTTPHeaders = [
            "content-type": type, "etag": tag, "cache-control": "no-cache",
            "content-security-policy": contentSecurityPolicy, "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        ]
        return Asset(bytes: ByteBuffer(bytes: bytes), headers: headers, tag: tag)
    }

    package func answer(_ name: String, _ request: HTTPRequest) throws -> HTTPResponse {
        guard let asset = assets[name] else { throw HTTPFailure.notFound }
        let known = request.headers[canonicalForm: "if-none-match"]
        if known.contains(where: { $0 == asset.tag || $0 == "W/" + asset.tag || $0 == "*" }) {
            return .empty(.notModified, headers: asset.headers)
        }
        return HTTPResponse(headers: asset.headers, body: .bytes(asset.bytes))
    }
}
