/// A yes or a no in any number of words: "that sounds good, thank you", "no, leave it".
struct Assent: Sendable {
    /// `nil` if there is a word in it that says something else.
    let isYes: Bool?

    /// - Parameter words: folded, none empty.
    init(_ words: [String]) {
        guard words.count <= 9, words.allSatisfy({ Self.known.contains($0) }) else {
            isYes = nil
            return
        }
        if words.contains(where: Self.no.contains) {
            isYes = false
        } else {
            isYes = words.contains(where: Self.yes.contains) ? true : nil
        }
    }

    private static func set(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    private static let yes = set(
        """
        yes yeah yep yup yess yea ya y sure ok okay okey k fine good great perfect lovely wonderful excellent agreed right correct exactly absolutely
        definitely deal cool nice awesome alright confirm confirmed accept works ahead course indeed brilliant super agreeable fab totally certainly gladly bet aight yessir
        sim claro bom boa bem certo perfeito combinado vamos bora isso otimo optimo exato exatamente correto fechado beleza pode legal show confirmo aceito serve
        si vale oui ja certo perfetto parfait daccord gut genau va bene wi
        """)
    private static let no = set(
        """
        no nope nah not dont never wrong neither cancel keep leave nao nunca errado deixa non nein nicht
        """)
    private static let company = set(
        """
        that thats this is its it it's me my with for please pls thank thanks you then one i ill id i'll of the all a an so sir sounds sound looks seems works
        let lets us do go going by and to very much too be will would take have like want plan name really just well oh yes no as same now here way good enough
        dear sir madam bro man mate love hon
        esta ta estar ser e o a um esse essa este isto obrigado obrigada por favor mim com comigo entao mesmo muito assim de jeito nenhum quero fico tudo melhor agora
        esta bien ist das est ca mit mir danke merci gracias per favore grazie switch change don dont really
        """)
    private static let known = yes.union(no).union(company)
}
