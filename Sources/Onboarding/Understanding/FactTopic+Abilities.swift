import Core

extension FactTopic {
    /// How people ask about the agent and the service. A phrase may be the beginning of a word, unless it ends with a blank.
    static let abilitiesAndService: [(FactTopic, [String])] = [
        (
            .abilities,
            [
                "what can it do", "what can you do", "what can the agent do", "what can an agent do", "what can this",
                "what does it do", "what does the agent do", "what is it good for", "what exactly can", "what exactly does",
                "able to do", "capable", "capabilit", "features", "what else can", "use cases", "examples of what",
                "can it do", "can it help", "can it write", "can it translate", "could it help", "can it plan",
                "would it be able", "o que ele faz", "o que ele pode fazer", "o que e que ele faz", "o que ele sabe",
                "o que pode fazer", "o que faz", "para que serve", "pra que serve", "consegue fazer", "funcionalidade",
                "ele consegue", "ele pode ajudar", "que puede hacer", "que sait", "was kann", "cosa puo fare",
                "why would i need", "what do i get", "o que eu ganho",
            ]
        ),
        (
            .email,
            [
                "read my email", "read my mail", "read emails", "read my e mail", "send email", "send emails",
                "send an email", "emails for me", "answer my email", "answer my mails", "access my email", "gmail",
                "outlook", "my inbox", "connect my email", "access to my email", "mandar email", "enviar email",
                "ler meus email", "ler os meus email", "ler email", "meu email", "meus emails", "meus e mails",
                "responder emails", "caixa de entrada", "leer mis correos",
            ]
        ),
        (
            .calendar,
            [
                "calendar", "google account", "book appointment", "book a", "make appointments", "schedule meetings", "crm",
                "notion", "google drive", "google docs", "sheets", "excel", "zapier", "integrat", "connect to my", "api ",
                "calendario", "agendar", "google agenda", "minha agenda", "integra", "reservar", "shopify", "make calls",
                "ring people",
            ]
        ),
        (
            .webSearch,
            [
                "search the web", "search the internet", "search online", "web search", "internet access",
                "access the internet", "browse", "google things", "look things up", "look up things", "up to date", "news",
                "real time", "pesquisar na internet", "pesquisa na internet", "buscar na internet", "busca na internet",
                "acesso a internet", "navega", "pesquisar na web", "noticias",
            ]
        ),
        (
            .voice,
            [
                "voice", "audio", "speak to it", "talk out loud", "phone call", "call it on", "microphone", "dictate", "voz",
                "audio", "ligacao", "telefonar", "falar por voz", "sprachnachricht",
            ]
        ),
        (
            .pictures,
            ["picture", "photo", "image", "drawing", "draw ", "imagem", "imagens", "foto", "desenho", "desenhar", "video"]
        ),
        (
            .documents,
            [
                "pdf", "document", "file", "spreadsheet", "word file", "upload", "attachment", "documento", "arquivo",
                "ficheiro", "planilha", "anexo",
            ]
        ),
        (
            .reminders,
            [
                "remind", "reminder", "alarm", "lembrete", "lembrar me", "me lembra", "lembrar de", "alarme", "recordatorio",
                "write to me first", "message me first",
            ]
        ),
        (.memory, ["remember", "memory", "forget", "lembra do que", "memoria", "lembra o que", "lembra de mim", "esquece"]),
        (
            .otherLanguages,
            [
                "which languages", "what languages", "other languages", "speak spanish", "speak german", "speak french",
                "speak italian", "speak portuguese to", "languages does", "in spanish", "multiple languages", "languages",
                "quais linguas", "que linguas", "quais idiomas", "outros idiomas", "outras linguas", "idiomas", "linguas",
                "bilingual",
            ]
        ),
        (
            .whatsapp,
            [
                "whatsapp", "whats app", "wpp", "zap ", "signal", "imessage", "messenger", "sms", "discord", "slack",
                "instagram", "facebook", "viber", "wechat", "line app", "other apps", "another app", "outro aplicativo",
                "outro app", "teams app", "microsoft teams", "own website", "on my website", "my website", "no meu site",
            ]
        ),
        (
            .telegram,
            [
                "what is telegram", "whats telegram", "why telegram", "need telegram", "telegram account",
                "install telegram", "without telegram", "have telegram", "use telegram", "only telegram", "only on telegram",
                "telegram free", "o que e o telegram", "o que e telegram", "por que telegram", "porque telegram",
                "porque o telegram", "por que o telegram", "preciso do telegram", "preciso ter telegram",
                "precisa do telegram", "instalar o telegram", "big download", "download", "baixar", "descarregar",
                "works on telegram", "how do i get telegram", "telegram on my", "computer", "laptop", "iphone", "android",
                "computador", "celular",
            ]
        ),
        (
            .groups,
            ["group chat", "groups", "in a group", "channel", "family chat", "em grupo", "grupos", "no grupo", "grupo do"]
        ),
        (
            .team,
            [
                "my team", "my wife", "my husband", "my partner", "my kids", "my family", "my colleague", "my assistant use",
                "several people", "multiple people", "other people use", "more than one person", "share it", "share the",
                "shared", "two people", "people use it", "more people", "more users", "users", "how many people",
                "us all use", "of us", "we all", "all six", "all of my", "all of us", "both use", "team members",
                "minha esposa", "meu marido", "minha mulher", "minha familia", "minha equipe", "minha equipa", "meus filhos",
                "varias pessoas", "mais pessoas", "mais de uma pessoa", "quantas pessoas", "compartilhar", "partilhar",
                "dividir", "usuarios", "meu socio", "meus colegas",
            ]
        ),
        (.ownBot, ["botfather", "bot father", "own bot", "existing bot", "bot token"]),
        (
            .account,
            [
                "account", "sign up", "signup", "register", "log in", "login", "password", "another device", "new phone",
                "lose my phone", "email do you", "give my email", "my email address", "conta", "cadastr", "registr", "senha",
                "outro dispositivo", "outro celular", "trocar de celular", "entrar no painel",
            ]
        ),
        (
            .setUp,
            [
                "how long does it take", "how long will it take", "how long until", "how fast", "how quick",
                "when will it be ready", "when is it ready", "set up time", "setup take", "set up take", "how soon",
                "take long", "quanto tempo demora", "quanto tempo leva", "demora muito", "quando fica pronto",
                "em quanto tempo", "quando estara",
            ]
        ),
        (
            .skills,
            [
                "technical", "coding", "code ", "programming", "hard to use", "difficult to use", "complicated",
                "install anything", "install something", "need to install", "easy to use", "is it easy", "not good with",
                "know about computers", "tecnico", "programar", "dificil de usar", "e dificil", "complicado",
                "facil de usar", "e facil", "preciso instalar", "instalar alguma",
            ]
        ),
        (
            .model,
            [
                "which model", "what model", "which ai", "what ai", "gpt", "chatgpt", "claude", "gemini", "llm", "kimi",
                "qual modelo", "que modelo", "qual ia", "que ia", "moonshot", "is it like chat",
            ]
        ),
        (.openclaw, ["openclaw", "open source", "self host", "selfhost", "codigo aberto"]),
        (
            .whoAreYou,
            [
                "who are you", "what are you", "are you a bot", "are you a robot", "are you human", "are you a human",
                "are you real", "are you a real", "are you an ai", "who made you", "who is behind", "who runs", "who owns",
                "your company", "what company", "am i talking to", "what is this", "what is it", "whats this", "quem e voce",
                "quem es", "voce e um robo", "voce e humano", "voce e uma pessoa", "quem fez", "quem esta por tras",
                "que empresa", "o que e isto", "o que e isso", "com quem estou falando", "quien eres", "wer bist du",
            ]
        ),
        (
            .person,
            [
                "a human", "a person", "real person", "talk to someone", "speak to someone", "speak with someone",
                "talk to somebody", "talk to a", "speak to a", "speak with a", "talk with a", "contact", "customer service",
                "customer support", "support", "phone number", "call you", "email you", "help desk", "helpline",
                "manager please", "uma pessoa", "um humano", "atendente", "falar com alguem", "contato", "contacto",
                "suporte", "telefone", "atendimento", "una persona", "agente humano", "humano", "human being",
            ]
        ),
        (
            .uptime,
            [
                "uptime", "sla", "always on", "always online", "24 7", "247", "at night", "day and night", "goes down",
                "offline", "reliable", "status page", "fora do ar", "a noite", "sempre ligado", "sempre online", "24 horas",
                "disponibilidade",
            ]
        ),
        (
            .rename,
            [
                "change the name later", "change its name later", "change it later", "rename it later", "change later",
                "change my mind", "change everything later", "mudar o nome depois", "mudar depois o nome",
                "trocar o nome depois", "trocar depois",
            ]
        ),
        (.dashboard, ["dashboard", "where do i see", "painel", "manage my agent"]),
        (
            .nextSteps,
            [
                "how does this work", "how does it work", "how do i start", "what happens next", "what next", "what now",
                "what do i have to do", "what do i need to do", "what happens after", "what happens then", "next step",
                "how do i use", "how do i set", "como funciona", "o que acontece depois", "e agora", "e depois",
                "proximo passo", "como comeco", "o que tenho que fazer", "o que preciso fazer", "como uso",
                "como funciona isso", "como funciona", "wie funktioniert", "comment ca marche", "como funciona esto",
            ]
        ),
    ]
}
