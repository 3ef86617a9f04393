package import Core
import FoundationEssentials
import JSON
import NIOCore

/// Who searches the web for the agents: chosen and paid for by the host.
package struct SearchProvider: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// https://api-dashboard.search.brave.com/app/documentation/web-search/get-started
        case brave
        /// https://docs.tavily.com/documentation/api-reference/endpoint/search
        case tavily
        /// https://docs.searxng.org/dev/search_api.html; its `search.formats` must have `json`.
        case searxng

        /// Where it is asked; `nil` where each host has one of their own.
        package var usualURL: String? {
            switch self {
            case .brave: "https://api.search.brave.com/res/v1"
            case .tavily: "https://api.tavily.com"
            case .searxng: nil
            }
        }

        package var needsKey: Bool { self != .searxng }
    }

    package let kind: Kind
    /// Without a slash at its end.
    package let url: String
    package let key: Secret?

    package init(_ kind: Kind, url: String, key: Secret?) {
        self.kind = kind
        self.url = url
        self.key = key
    }
}

/// One page that was found.
struct SearchResult: Hashable, Sendable {
    let title: String
    let url: String
    let text: String
}

/// A request to a provider, and what its answer says. Pure.
extension SearchProvider {
    struct Question: Hashable {
        let url: String
        /// `nil`: GET.
        let body: String?
        let headers: [String: String]
    }

    func question(_ query: String, count: Int) throws -> Question {
        let bearer = key.map { ["authorization": "Bearer \($0.reveal())"] } ?? [:]
        switch kind {
        case .brave:
            return Question(
                url: "\(url)/web/search?q=\(query.percentEncoded)&count=\(count)&text_decorations=false", body: nil,
                headers: ["accept": "application/json", "x-subscription-token": key?.reveal() ?? ""])
        case .tavily:
            let body: JSONValue = [
                "query": .string(query), "max_results": .integer(Int64(count)), "search_depth": "basic",
            ]
            return Question(
                url: "\(url)/search", body: String(decoding: body.text(), as: UTF8.self),
                headers: bearer.merging(["content-type": "application/json"]) { $1 })
        case .searxng:
            return Question(url: "\(url)/search?q=\(query.percentEncoded)&format=json", body: nil, headers: bearer)
        }
    }

    /// - Throws: a `DecodingError` for what isn't an answer of this provider.
    func results(_ answer: Data) throws -> [SearchResult] {
        let decoder = JSONDecoder()
        switch kind {
        case .brave:
            return (try decoder.decode(Brave.self, from: answer).web?.results ?? []).map {
                SearchResult(title: $0.title, url: $0.url, text: $0.description ?? "")
            }
        case .tavily, .searxng:
            return try decoder.decode(Found.self, from: answer).results.map {
                SearchResult(title: $0.title ?? "", url: $0.url, text: $0.content ?? "")
            }
        }
    }

    /// Without a page, `web` is missing.
    private struct Brave: Decodable {
        let web: Web?

        struct Web: Decodable { let results: [Page] }

        struct Page: Decodable {
            let title: String
            let url: String
            let description: String?
        }
    }

    private struct Found: Decodable {
        let results: [Page]

        struct Page: Decodable {
            let title: String?
            let url: String
            let content: String?
        }
    }
}
