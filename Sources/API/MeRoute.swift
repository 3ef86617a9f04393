import Core
import HTTPSupport
import HTTPTypes
import Hummingbird

/// `GET /v1/me`: who is signed in.
struct MeRoute: Sendable {
    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/me") { _, context in
            try Response(json: CustomerBody(try context.requireCustomer()))
        }
    }
}

/// A customer, as the API shows them to themselves.
struct CustomerBody: Encodable, Sendable {
    let id: Customer.ID
    let email: String?
    let language: Language
    let createdAt: String

    init(_ customer: Customer) {
        id = customer.id
        email = customer.email
        language = customer.language
        createdAt = customer.createdAt.description
    }
}
