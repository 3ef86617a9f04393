import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Notifications

/// `/host/mails`: every mail that the platform sends, with made-up people, as its recipient sees it.
struct HostMails: Sendable {
    let gate: HostGate
    let plans: PlanTable
    /// Of the site, without a slash at its end.
    let publicURL: String

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/host/mails", use: gate.open(list))
        group.get("/host/mails/:name", use: gate.open(show))
        group.get("/host/mails/:name/html", use: gate.open(document))
    }

    private func samples(_ request: Request) -> (language: Language, mails: [MailSample]) {
        let language = request.uri.queryParameters["lang"].flatMap { Language(rawValue: String($0)) } ?? .english
        return (language, MailSamples.all(in: language, plans: plans, publicURL: publicURL))
    }

    private func sample(_ request: Request, _ context: AppRequestContext) throws -> (Language, MailSample) {
        let (language, mails) = samples(request)
        let name = context.parameters.get("name")
        guard let mail = mails.first(where: { $0.name == name }) else { throw HostGate.nothing }
        return (language, mail)
    }

    private func list(
        _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let (language, mails) = samples(request)
        let frame = HostFrame(person: person.email, path: "/host/mails")
        return gate.response(HostMailsPage(mails, language: language, frame: frame), context)
    }

    private func show(
        _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let (language, mail) = try sample(request, context)
        let frame = HostFrame(person: person.email, path: "/host/mails/\(mail.name)")
        return gate.response(HostMailsPage(mail, language: language, frame: frame), context)
    }

    /// What the page frames: without scripts, without anything from elsewhere, and in an origin of its own.
    private func document(
        _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let (_, mail) = try sample(request, context)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'; sandbox",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: mail.html)))
    }
}

/// The list of mails, or one of them.
struct HostMailsPage: PageModel {
    static let template = "host_mails"

    let frame: HostFrame
    let title: String
    let languages: [Choice]
    let mails: [Row]
    let shown: Shown?

    struct Choice: Sendable {
        let name: String
        let path: String
        let isHere: Bool
    }

    struct Row: Sendable {
        let name: String
        let subject: String
        let path: String
    }

    struct Shown: Sendable {
        let text: String
        let chat: String?
        let documentPath: String
    }

    init(_ mails: [MailSample], language: Language, frame: HostFrame) {
        self.frame = frame
        title = "Mails"
        languages = Self.choices("/host/mails", language)
        self.mails = mails.map {
            Row(name: $0.name, subject: $0.subject, path: "/host/mails/\($0.name)?lang=\(language.rawValue)")
        }
        shown = nil
    }

    init(_ mail: MailSample, language: Language, frame: HostFrame) {
        self.frame = frame
        title = mail.subject
        let path = "/host/mails/\(mail.name)"
        languages = Self.choices(path, language)
        mails = []
        shown = Shown(text: mail.text, chat: mail.chat, documentPath: "\(path)/html?lang=\(language.rawValue)")
    }

    private static func choices(_ path: String, _ present: Language) -> [Choice] {
        Language.allCases.map { language in
            Choice(
                name: language == .english ? "English" : "Portuguese", path: "\(path)?lang=\(language.rawValue)",
                isHere: language == present)
        }
    }
}
