import Core
import HTTPSupport
import HostDesk
import Hummingbird
import Jobs

/// `/host`: what the host sees and does in the browser.
struct HostRoutes: Sendable {
    let gate: HostGate

    private var desk: HostDesk { gate.desk }

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        gate.addRoutes(to: group)
        group.get("/host", use: sheet { desk, _, _ in try await desk.overview() })
        group.get("/host/capacity", use: sheet { desk, _, _ in try await desk.capacity() })
        group.get("/host/money", use: gate.open(money))
        addLists(to: group)
        group.get("/host/rollouts", use: gate.open(rollouts))
        group.get("/host/customers/:id", use: sheet { try await $0.customer(try Self.id($2)) })
        group.get("/host/boxes/:id", use: sheet { try await $0.box(try Self.id($2)) })
        group.get("/host/jobs/:id", use: sheet { try await $0.job(try Self.id($2)) })
        group.get("/host/events/:id", use: sheet { try await $0.event(try $2.parameters.require("id")) })
        group.get("/host/alerts/:id", use: sheet { try await $0.alert(try $2.parameters.require("id")) })
        group.get("/host/acts/:act/:subject", use: gate.open(ask))
        group.post("/host/acts/:act/:subject", use: gate.open(act))
    }

    // MARK: Lists

    /// A list with its search.
    private struct List: Sendable {
        let path: String
        let title: String
        var hint: String?
        var states: [String] = []
        var acts: [HostAct] = []
        let load: @Sendable (HostDesk, HostFilter) async throws -> Table
    }

    private static let lists = [
        List(
            path: "customers", title: "Customers", hint: "Address, agent, bot or id",
            states: HostStates.customers
        ) { try await $0.customers($1) },
        List(
            path: "subscriptions", title: "Subscriptions",
            states: HostStates.subscriptions, acts: [.convergeAll]
        ) { try await $0.subscriptions($1) },
        List(
            path: "boxes", title: "Agents", hint: "What is wrong",
            states: HostStates.boxes
        ) { try await $0.boxes($1) },
        List(
            path: "jobs", title: "Jobs", hint: "A part of the reason", states: Job.State.allCases.map(\.rawValue)
        ) { try await $0.jobs($1) },
        List(
            path: "events", title: "Events of Stripe", hint: "An id of Stripe's", states: HostStates.events
        ) { try await $0.events($1) },
        List(
            path: "alerts", title: "Alerts", hint: "A part of what it says", states: HostStates.alerts
        ) { try await $0.alerts($1) },
        List(path: "backups", title: "Backups", states: HostStates.backups) { try await $0.backups($1) },
        List(path: "audit", title: "Audit", hint: "An address", states: ["acts"]) { try await $0.audit($1) },
    ]

    private func addLists(to group: RouterGroup<AppRequestContext>) {
        for list in Self.lists {
            group.get("/host/\(list.path)", use: gate.open { try await show(list, $0, $1, $2) })
        }
    }

    private func show(
        _ list: List, _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let path = "/host/\(list.path)"
        let (query, state) = (Self.query("q", request), Self.query("state", request))
        let filter = HostFilter(
            search: query, state: list.states.contains(state ?? "") ? state : nil, after: Self.query("after", request))
        let table = try await list.load(desk, filter)
        let kept = [("q", query), ("state", filter.state)].compactMap { name, value in
            value.map { "\(name)=\($0.percentEncoded)&" }
        }.joined()
        let view = TableView(
            table, title: list.title, nextPath: "\(path)?\(kept)after=", alerts: list.path == "alerts")
        return gate.response(
            HostPage(
                frame: HostFrame(person: person.email, path: path), title: list.title, notice: Self.notice(request),
                search: HostSearch(path: path, query: query, hint: list.hint, states: list.states, state: filter.state),
                sections: [HostSection(heading: list.title, table: view, acts: list.acts)]), context)
    }

    private func rollouts(
        _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let table = try await desk.rollouts()
        let isHalted = table.rows.contains { row in row.contains(.state("halted", .bad)) }
        return gate.response(
            HostPage(
                frame: HostFrame(person: person.email, path: "/host/rollouts"), title: "Rollouts",
                note: "The move of all agents to the container image that AGENT_IMAGE names.", notice: Self.notice(request),
                sections: [
                    HostSection(
                        heading: "Rollouts", table: TableView(table, title: "Rollouts"),
                        acts: isHalted ? [.resumeRollout] : [])
                ]), context)
    }

    // MARK: Single things

    private func sheet(
        _ load: @escaping @Sendable (HostDesk, Request, AppRequestContext) async throws -> Sheet
    ) -> HostGate.Handler {
        gate.open { request, context, person in
            let sheet = try await load(desk, request, context)
            let frame = HostFrame(person: person.email, path: request.uri.path)
            return gate.response(HostPage(sheet, frame: frame, notice: Self.notice(request)), context)
        }
    }

    private func money(
        _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let text = Self.query("q", request)
        let asked = text.flatMap { Month($0) }
        guard let month = asked ?? Month(containing: desk.queue.clock.now) else { throw HostGate.nothing }
        let search = HostSearch(
            path: "/host/money", query: text ?? month.description, hint: "Month, such as 2026-11", states: [], state: nil)
        return gate.response(
            HostPage(
                try await desk.money(month), frame: HostFrame(person: person.email, path: "/host/money"), search: search),
            context)
    }

    // MARK: Acts

    private func ask(
        _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let act = try Self.act(context)
        let frame = HostFrame(person: person.email, path: Self.place(of: act))
        return gate.response(HostActPage(act, frame: frame, backPath: Self.place(of: act)), context)
    }

    private struct GrantFields: Decodable {
        let units: String?
        let reason: String?
    }

    private func act(
        _ request: Request, _ context: AppRequestContext, _ person: HostGate.Person
    ) async throws -> Response {
        let fields = try await request.form(GrantFields.self, context: context)
        let units = Int((fields.units ?? "").filter { $0 != "," && $0 != " " }) ?? 0
        let act = try Self.act(context, units: units, reason: fields.reason ?? "")
        do {
            _ = try await desk.perform(act, by: person.email, origin: .desk)
        } catch let error as DomainError {
            let frame = HostFrame(person: person.email, path: Self.place(of: act))
            return gate.response(
                HostActPage(act, frame: frame, backPath: Self.place(of: act), fault: error.message),
                status: error.kind.status, context)
        }
        return .redirect(to: "\(Self.place(of: act))?done=\(act.name.rawValue)")
    }

    private static func act(_ context: AppRequestContext, units: Int = 0, reason: String = "") throws -> HostAct {
        guard let name = HostAct.Name(rawValue: try context.parameters.require("act")),
            let act = HostAct(
                name, subject: try context.parameters.require("subject"), units: units, reason: reason)
        else { throw HostGate.nothing }
        return act
    }

    /// Where the result can be seen.
    private static func place(of act: HostAct) -> String {
        switch act {
        case .restart(let id), .reconcileBox(let id): "/host/boxes/\(id)"
        case .replayJob(let id): "/host/jobs/\(id)"
        case .replayEvent(let id): "/host/events/\(id)"
        case .grant(let id, _, _): "/host/customers/\(id)"
        case .acknowledgeAlert(let id): "/host/alerts/\(id)"
        case .convergeSubscription, .convergeAll: "/host/subscriptions"
        case .resumeRollout: "/host/rollouts"
        }
    }

    // MARK: Requests

    private static func id<Subject>(_ context: AppRequestContext) throws -> Identifier<Subject> {
        guard let id = Identifier<Subject>(try context.parameters.require("id")) else { throw HostGate.nothing }
        return id
    }

    /// A field of a form that was sent by GET, in which a space is a plus sign.
    private static func query(_ name: String, _ request: Request) -> String? {
        let fields = try? URLEncodedFormDecoder().decode([String: String].self, from: request.uri.query ?? "")
        guard let text = fields?[name], !text.isEmpty, text.utf8.count <= 254,
            !text.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { return nil }
        return text
    }

    /// Said once, after an act: only words of ours.
    private static func notice(_ request: Request) -> String? {
        guard let name = query("done", request).flatMap(HostAct.Name.init(rawValue:)) else { return nil }
        return switch name {
        case .restart: "The agent will be restarted."
        case .reconcile: "The box will be reconciled."
        case .converge, .convergeAll: "What Stripe says will be fetched."
        case .replayJob: "The job will be run."
        case .replayEvent: "The event will be handled again."
        case .grant: "The units are granted."
        case .acknowledge: "The alert is taken notice of."
        case .resumeRollout: "The rollout goes on."
        }
    }
}
