/// `GET /v1/models`
struct KimiModelList: Encodable {
    let object = "list"
    let data: [Model]

    struct Model: Encodable {
        let id: String
        let object = "model"
        let ownedBy = "moonshot"

        enum CodingKeys: String, CodingKey {
            case id, object
            case ownedBy = "owned_by"
        }
    }

    init(_ names: [String]) {
        data = names.map { Model(id: $0) }
    }
}

/// `GET /v1/users/me/balance`, in US dollars.
struct KimiBalance: Encodable {
    let code = 0
    let data = ["available_balance": 100.0, "cash_balance": 100.0, "voucher_balance": 0.0]
    let status = true
}

/// `POST /v1/tokenizers/estimate-token-count`
struct KimiEstimate: Encodable {
    let code = 0
    let data: [String: Int]
    let status = true

    init(totalTokens: Int) {
        data = ["total_tokens": totalTokens]
    }
}
