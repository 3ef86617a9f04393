/// An error in Stripe's shape (https://docs.stripe.com/api/errors).
struct StripeFault: Error, Sendable, Hashable {
    let status: Int
    let type: String
    let code: String?
    let message: String
    let parameter: String?

    init(
        status: Int = 400, type: String = "invalid_request_error", code: String? = nil, _ message: String,
        parameter: String? = nil
    ) {
        self.status = status
        self.type = type
        self.code = code
        self.message = message
        self.parameter = parameter
    }

    var body: StripeValue {
        var error: [String: StripeValue] = ["type": .text(type), "message": .text(message)]
        if let code {
            error["code"] = .text(code)
            error["doc_url"] = .text("https://docs.stripe.com/error-codes/\(code.replacing("_", with: "-"))")
        }
        if let parameter { error["param"] = .text(parameter) }
        return ["error": .object(error)]
    }

    static let noKey = StripeFault(
        status: 401,
        """
        You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth \
        (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').
        """)

    static let wrongKey = StripeFault(
        status: 401, "Invalid API Key provided. The sandbox takes any key that begins with sk_.")

    static func unknown(_ parameter: String) -> StripeFault {
        StripeFault(code: "parameter_unknown", "Received unknown parameter: \(parameter)", parameter: parameter)
    }

    static func missing(_ parameter: String) -> StripeFault {
        StripeFault(code: "parameter_missing", "Missing required param: \(parameter).", parameter: parameter)
    }

    /// - Parameters:
    ///   - kind: `customer`, `price`, …
    ///   - parameter: where the id was given; `nil` if in the path.
    static func noSuch(_ kind: String, _ id: String, parameter: String? = nil) -> StripeFault {
        StripeFault(
            status: parameter == nil ? 404 : 400, code: "resource_missing", "No such \(kind): '\(id)'",
            parameter: parameter ?? "id")
    }
}
