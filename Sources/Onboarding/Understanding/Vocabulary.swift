/// Words by what they do in a sentence, folded.
enum Vocabulary {
    private static func set(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// Words that no name is made of: where one stands, it is a sentence.
    static let grammar = set(
        """
        a an the i im ive id ill me my mine you your youre yours he him his she her hers it its we us our they them their this that
        these those there here who what which when where why how whats whos is are was were be been being am isnt arent wasnt do does
        did dont doesnt didnt have has had havent hasnt can cant could couldnt will would wont wouldnt shall should shouldnt may might
        must not no nor or if then than because so but and as at by for from in into of off on onto out over to up with without about
        after before between through during just only very too also more most much many some any every each all both either neither
        want wants need needs like likes love hate think know get give go going make makes makes take let lets say says tell please
        something anything nothing everything someone anyone help helps use using try work works working does really still yet already
        again now later maybe perhaps yes yeah ok okay thanks thank hello hi hey well sure whatever idk
        um uma uns umas eu tu voce voces ele ela eles elas nos meu minha meus minhas seu sua seus suas dele dela isto isso esse essa este
        esta aquilo aquele que qual quais quem quando onde porque como e sao foi ser estar estou esta estao tem tenho temos tinha nao sim
        mas se entao com sem para pra pro por em na nos nas ao aos quero quer queria preciso precisa pode posso podemos gosto acho sei
        fazer faz faco ajudar ajuda usar uso muito mais menos tambem so ja agora depois obrigado obrigada ola oi algo nada tudo alguem
        yo usted ellos mi mis su sus una unos que quiero necesito puede para pero muy tambien gracias je vous nous mon ma mes votre est
        sont pour avec dans ne pas ich du wir ihr mein meine ist sind nicht und oder fur mit auf auch
        """
    ).subtracting(["de", "do", "da"])

    /// Words that may stand between those of a name: `Zé do Café`, `Queen of Hearts`.
    static let connectors = set("de do da dos das del di du la le el von van der den of the and e y")

    /// What is no name though it stands alone.
    static let noNames: Set<String> = grammar.union(
        set(
            """
            telegram whatsapp signal discord slack sms email mail phone app website price prices pricing cost costs free trial refund
            cancel privacy security safe plan plans starter payment pay paid card visa paypal stripe invoice vat tax gdpr support human
            person agent skip next back stop start restart reset done ready nothing none undo quit exit test testing help info
            information question questions english portuguese portugues ingles spanish french german dutch italian espanol francais deutsch
            italiano token tokens link url status password code number name names nome nombre named called option first second third last one
            two three preco precos gratis plano planos pagamento cancelar ajuda duvida duvidas pergunta voltar pular proximo pronto
            feito pessoa humano contato contacto suporte cheaper bigger smaller better worse cheapest biggest good bad nice fine great
            cool perfect awesome bom boa otimo legal bigger formal informal friendly funny serious casual polite professional short
            shorter longer faster nono different another else other others outro outra outros outras qualquer random idea clue
            exactly correct wrong nope nah yep yup bet aight alright hmm hm um uh er ugh wow lol omg wtf asap soon tomorrow today daily often rarely
            sometimes always never everyday month monthly week weekly year dollars dollar usd eur euro euros reais bucks
            """))

    static let insults = set(
        """
        stupid idiot idiots idiotic moron dumb dumbass fuck fucking fucked fuckoff shit shitty bullshit crap asshole bitch bastard sucks
        suck useless garbage trash pathetic loser retard retarded scum hell damn worthless burro burra idiota imbecil merda porra caralho otario
        otaria lixo foder fodase foda estupido estupida inutil palhaco pendejo mierda cabron
        """)

    static let injections = [
        "ignore all", "ignore previous", "ignore your", "ignore the previous", "ignore any", "ignore everything",
        "disregard", "forget your instructions",
        "forget all", "forget everything above", "previous instructions", "your instructions", "system prompt",
        "your prompt", "you are now", "developer mode", "jailbreak",
        "pretend you are", "pretend to be", "act as if", "override", "admin mode", "as an admin", "im the admin",
        "i am the admin", "i am your developer",
        "sudo", "drop table", "select from", "set the price", "price to 0", "price to zero", "mark as paid",
        "mark me as paid", "already paid for by",
        "without paying", "skip the payment", "skip payment", "bypass", "reveal", "api key", "secret key", "print your",
        "repeat your", "show me your prompt",
        "ignore as", "ignore todas", "ignore suas", "ignore tudo", "esqueca as", "esqueca suas", "instrucoes anteriores",
        "suas instrucoes", "voce agora e", "modo desenvolvedor",
        "finja que", "finja ser", "chave da api", "ignora las", "instrucciones anteriores", "new instructions",
        "end of prompt", "tool call",
        "function call", "call the tool", "toolcall",
    ]
}
