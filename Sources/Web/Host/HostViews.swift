import Core
import HostDesk

/// A value on the desk.
struct CellView: Sendable {
    let text: String
    /// The page about it.
    let path: String?
    /// `good`, `busy`, `bad` or `quiet`.
    let tone: String?
    let isFigure: Bool

    init(_ cell: Cell) {
        text = cell.plain
        isFigure = cell.isFigure
        switch cell {
        case .id(let id): (path, tone) = (Self.path(of: id), nil)
        case .state(_, let tone): (path, self.tone) = (nil, tone.rawValue)
        default: (path, tone) = (nil, nil)
        }
    }

    private static func path(of id: String) -> String? {
        switch id.prefix(4) {
        case "cst_": "/host/customers/\(id)"
        case "box_": "/host/boxes/\(id)"
        case "job_": "/host/jobs/\(id)"
        case "evt_": "/host/events/\(id)"
        default: nil
        }
    }
}

/// A list on the desk.
struct TableView: Sendable {
    let title: String
    let columns: [Column]
    let rows: [RowView]
    let hasRows: Bool
    /// Of the next page.
    let nextPath: String?

    struct Column: Sendable {
        let heading: String
        let isRight: Bool
    }

    struct RowView: Sendable {
        let cells: [CellView]
    }

    /// - Parameters:
    ///   - title: read out for the table.
    ///   - nextPath: with `after` as the last thing in it.
    ///   - link: the path of a row's own page, where its id alone doesn't say.
    init(_ table: Table, title: String, nextPath: String? = nil, alerts: Bool = false) {
        self.title = title
        columns = table.columns.enumerated().map { index, column in
            Column(heading: column.title, isRight: table.rows.contains { $0[index].isFigure })
        }
        rows = table.rows.map { row in
            RowView(
                cells: row.map { cell in
                    let view = CellView(cell)
                    guard alerts, case .id(let id) = cell else { return view }
                    return CellView(text: id, path: "/host/alerts/\(id)", tone: nil, isFigure: false)
                })
        }
        hasRows = !rows.isEmpty
        self.nextPath = table.next.flatMap { next in nextPath.map { $0 + next } }
    }
}

extension CellView {
    fileprivate init(text: String, path: String?, tone: String?, isFigure: Bool) {
        self.text = text
        self.path = path
        self.tone = tone
        self.isFigure = isFigure
    }
}

/// A part of a page of the desk.
struct HostSection: Sendable {
    let heading: String
    let remark: String?
    let causes: [CauseView]
    let facts: [Fact]
    let hasFacts: Bool
    let table: TableView?
    let acts: [Act]
    let hasActs: Bool
    let body: String?

    struct CauseView: Sendable {
        let name: String
        let explanation: String
    }

    struct Fact: Sendable {
        let name: String
        let cell: CellView
    }

    struct Act: Sendable {
        let label: String
        let actPath: String

        init(_ act: HostAct) {
            label = act.label
            actPath = "/host/acts/\(act.name.rawValue)/\(act.subject)"
        }
    }

    init(_ section: Sheet.Section) {
        heading = section.title
        remark = section.note
        causes = section.causes.map { CauseView(name: $0.title, explanation: $0.explanation) }
        facts = section.facts.map { Fact(name: $0.title, cell: CellView($0.value)) }
        hasFacts = !facts.isEmpty
        table = section.table.map { TableView($0, title: section.title) }
        acts = section.acts.map(Act.init)
        hasActs = !acts.isEmpty
        body = section.text
    }

    init(heading: String, table: TableView, acts: [HostAct] = []) {
        self.heading = heading
        remark = nil
        causes = []
        facts = []
        hasFacts = false
        self.table = table
        self.acts = acts.map(Act.init)
        hasActs = !acts.isEmpty
        body = nil
    }
}

/// What narrows a list down.
struct HostSearch: Sendable {
    let searchPath: String
    let query: String
    /// What can be searched for; `nil` where nothing can.
    let hint: String?
    let states: [Option]
    let hasStates: Bool

    struct Option: Sendable {
        let value: String
        let choice: String
        let isChosen: Bool
    }

    init(path: String, query: String?, hint: String?, states: [String], state: String?) {
        searchPath = path
        self.query = query ?? ""
        self.hint = hint
        self.states = ([""] + states).map { word in
            Option(
                value: word, choice: word.isEmpty ? "All" : word.split(separator: "_").joined(separator: " "),
                isChosen: word == state ?? "")
        }
        hasStates = !states.isEmpty
    }
}

/// What every page of the desk has around it.
struct HostFrame: Sendable {
    let person: String
    let places: [Place]

    struct Place: Sendable {
        let placePath: String
        let name: String
        let isHere: Bool
    }

    private static let all = [
        ("/host", "Overview"), ("/host/customers", "Customers"), ("/host/subscriptions", "Subscriptions"),
        ("/host/boxes", "Agents"), ("/host/jobs", "Jobs"), ("/host/events", "Events"), ("/host/alerts", "Alerts"),
        ("/host/rollouts", "Rollouts"), ("/host/backups", "Backups"), ("/host/capacity", "Capacity"),
        ("/host/money", "Money"), ("/host/mails", "Mails"), ("/host/audit", "Audit"),
    ]

    /// - Parameter path: of the page.
    init(person: String, path: String) {
        self.person = person
        places = Self.all.map { place, name in
            let isHere = path == place || place != "/host" && path.hasPrefix(place + "/")
            return Place(placePath: place, name: name, isHere: isHere)
        }
    }
}
