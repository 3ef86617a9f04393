/// `/login`: where to send the link.
struct LoginPage: PageModel {
    static let template = "login"

    let email: String
    /// What is wrong with the address.
    let fault: String?
}

/// The answer to every address, known or not.
struct LoginSentPage: PageModel {
    static let template = "login_sent"

    let message: String
}

/// `/login/<token>`: asks for one more press, because mail programs open links by themselves.
struct LoginConfirmPage: PageModel {
    static let template = "login_confirm"

    let token: String
}
