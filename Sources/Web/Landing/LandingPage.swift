import Core
import HTTPSupport
import Hummingbird

/// `/`: what it is, how it works, what it costs.
struct LandingPage: PageModel {
    static let template = "landing"

    /// The page's own address, for search engines.
    let url: String
    /// The picture that goes with a link to the page; a whole address, as the programs that show it want.
    let image: String
    let plans: [PlanCard]
    /// How far each plan's month goes, in messages.
    let month: String

    let questions: [Question]

    struct Question: Sendable {
        let question: String
        let answer: String
    }

    init(facts: ProductFacts, plans table: PlanTable, publicURL: String, imageURL: String, texts: Texts) {
        questions = ProductFacts.frequent.compactMap { topic in
            facts.question(topic).map { Question(question: $0[texts.language], answer: facts.answer(topic)[texts.language]) }
        }
        url = publicURL + "/"
        image = publicURL + imageURL
        let reach = table.all.map { plan in
            texts(
                "month_plan",
                ["plan": plan.name, "day": texts.number(plan.dailyMessages), "month": texts.number(30 * plan.dailyMessages)])
        }
        month = ([texts["month_lead"]] + reach + [texts["month_end"]]).joined(separator: " ")
        plans = table.all.map { plan in
            PlanCard(
                plan, isRecommended: plan.tier == .pro, recommendation: texts["plan_recommended"],
                action: texts("plan_start", ["plan": plan.name]), texts: texts)
        }
    }
}

/// Knows nobody and writes nothing: whatever asks for this page leaves no trace.
struct LandingRoutes: Sendable {
    private let page: StaticPage
    /// Where the same conversation can be begun in Telegram.
    private let telegramLink: @Sendable () async -> String?
    private let limits: WebLimits

    init(
        site: Site, plans: PlanTable, publicURL: String, contact: String?, limits: WebLimits,
        telegramLink: @escaping @Sendable () async -> String?
    ) {
        self.limits = limits
        page = StaticPage(site) { texts in
            LandingPage(
                facts: ProductFacts(plans: plans, contact: contact), plans: plans, publicURL: publicURL,
                imageURL: site.assets.cover.url, texts: texts)
        }
        self.telegramLink = telegramLink
    }

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/") { request, context in try page.response(to: request, context) }
        // Not in the page itself, which must not wait for Telegram. While Telegram is down the chat of this site goes on.
        group.get("/telegram") { _, context in
            try await limits.checkNewVisitor(context)
            return Response.redirect(to: await telegramLink() ?? "/chat", type: .temporary)
        }
        group.get("/robots.txt") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "public, max-age=86400"],
                body: ResponseBody(byteBuffer: .init(string: Self.robots)))
        }
    }

    private static let robots = """
        User-agent: *
        Disallow: /account
        Disallow: /chat
        Disallow: /checkout
        Disallow: /dashboard
        Disallow: /login
        Disallow: /telegram

        """
}
