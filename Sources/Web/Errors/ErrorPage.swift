import HTTPSupport

/// An error, for someone who reads pages.
struct ErrorPage: PageModel {
    static let template = "error"

    /// `Error 404`.
    let number: String
    let title: String
    let message: String
    let action: String
    let actionPath: String
    let isHomeOffered: Bool
    /// The page then asks for the address that a new link goes to.
    let isLinkExpired: Bool
    /// The beginning of the request's id, short enough to be read out.
    let reference: String

    init(_ problem: Problem, texts: Texts) {
        number = texts("error_number", ["status": String(problem.status)])
        reference = Self.reference(problem.requestID)
        isLinkExpired = problem.code == "magic_link_expired"
        switch problem.status {
        case 401: (title, message) = (texts["error_401_title"], texts["error_401_text"])
        case 403: (title, message) = (texts["error_403_title"], texts["error_403_text"])
        case 404: (title, message) = (texts["error_404_title"], texts["error_404_text"])
        case 405: (title, message) = (texts["error_405_title"], texts["error_405_text"])
        case 409: (title, message) = (texts["error_409_title"], texts["error_409_text"])
        case 410: (title, message) = (texts["error_410_title"], texts["error_410_text"])
        case 413: (title, message) = (texts["error_413_title"], texts["error_413_text"])
        case 429: (title, message) = (texts["error_429_title"], texts["error_429_text"])
        case 503: (title, message) = (texts["error_503_title"], texts["error_503_text"])
        case 500...: (title, message) = (texts["error_500_title"], texts["error_500_text"])
        default:
            title = texts["error_400_title"]
            message = problem.code == "message_too_long" ? texts["error_413_text"] : texts["error_400_text"]
        }
        switch problem.status {
        case 401: (action, actionPath, isHomeOffered) = (texts["login_title"], "/login", true)
        case 410: (action, actionPath, isHomeOffered) = (texts["login_title"], "/login", true)
        case 400, 413: (action, actionPath, isHomeOffered) = (texts["back_to_chat"], "/chat", true)
        default: (action, actionPath, isHomeOffered) = (texts["error_home"], "/", false)
        }
    }

    /// Eight characters of an id find its line in the log.
    private static func reference(_ requestID: String) -> String {
        String((requestID.hasPrefix("req_") ? requestID.dropFirst(4) : requestID[...]).prefix(8))
    }
}
