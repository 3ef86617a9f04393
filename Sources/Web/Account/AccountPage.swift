import Core

/// `/account`: who is signed in, and how to leave.
struct AccountPage: PageModel {
    static let template = "account"
    static let isForCustomers = true

    let email: String?

    init(_ customer: Customer) {
        email = customer.email
    }
}
