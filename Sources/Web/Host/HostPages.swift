import HostDesk

/// `/host` and most of what is below it: sections, lists, buttons. In English only.
struct HostPage: PageModel {
    static let template = "host_page"

    let frame: HostFrame
    let title: String
    let note: String?
    /// What has just been done.
    let notice: String?
    let search: HostSearch?
    let sections: [HostSection]

    init(
        frame: HostFrame, title: String, note: String? = nil, notice: String? = nil, search: HostSearch? = nil,
        sections: [HostSection]
    ) {
        self.frame = frame
        self.title = title
        self.note = note
        self.notice = notice
        self.search = search
        self.sections = sections
    }

    init(_ sheet: Sheet, frame: HostFrame, notice: String? = nil, search: HostSearch? = nil) {
        self.init(
            frame: frame, title: sheet.title, note: sheet.note, notice: notice, search: search,
            sections: sheet.sections.map(HostSection.init))
    }
}

/// `/host/acts/…`: asks before anything is done.
struct HostActPage: PageModel {
    static let template = "host_act"

    let frame: HostFrame
    let title: String
    let question: String
    let subject: String
    let actPath: String
    let backPath: String
    /// What was in the way.
    let fault: String?
    let asksForUnits: Bool

    init(_ act: HostAct, frame: HostFrame, backPath: String, fault: String? = nil) {
        self.frame = frame
        title = act.label
        question = act.question
        subject = act.subject
        actPath = "/host/acts/\(act.name.rawValue)/\(act.subject)"
        self.backPath = backPath
        self.fault = fault
        asksForUnits = act.name == .grant
    }
}

/// `/host/second-factor`
struct HostFactorPage: PageModel {
    static let template = "host_factor"

    let person: String
    let title: String
    let fault: String?
    let isUnenrolled: Bool
    let enrolment: Enrolment?
    let asksForCode: Bool
    let codes: [Code]
    let hasCodes: Bool

    struct Enrolment: Sendable {
        let address: String
        /// In groups of four.
        let key: String
        /// `nil` for an address that is too long for it.
        let picture: QRPicture?
    }

    struct Code: Sendable {
        let digits: String
    }

    init(_ stage: HostAccess.Stage, person: String, fault: String? = nil) {
        self.person = person
        self.fault = fault
        codes = []
        hasCodes = false
        switch stage {
        case .unenrolled:
            (title, isUnenrolled, enrolment, asksForCode) = ("Set up a second factor", true, nil, false)
        case .enrolling(let address, let key):
            let groups = stride(from: 0, to: key.count, by: 4).map { String(key.dropFirst($0).prefix(4)) }
            title = "Set up a second factor"
            isUnenrolled = false
            enrolment = Enrolment(
                address: address, key: groups.joined(separator: " "),
                picture: QRPicture(address))
            asksForCode = true
        case .locked, .open:
            (title, isUnenrolled, enrolment, asksForCode) = ("Second factor", false, nil, true)
        }
    }

    /// - Parameter codes: shown this once.
    init(codes: [String], person: String) {
        self.person = person
        title = "Keep your recovery codes"
        fault = nil
        isUnenrolled = false
        enrolment = nil
        asksForCode = false
        self.codes = codes.map(Code.init)
        hasCodes = true
    }
}
