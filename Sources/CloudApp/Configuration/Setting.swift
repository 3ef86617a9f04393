import Configuration

/// Everything that can be configured, by the name of its environment variable.
///
/// `.env.example` lists the same names; a test compares the two.
enum Setting: String, CaseIterable {
    case dataDirectory = "DATA_DIR"
    case databaseURL = "DATABASE_URL"
    case databaseDirectURL = "DATABASE_DIRECT_URL"
    case databaseConnections = "DATABASE_CONNECTIONS"
    case redisURL = "REDIS_URL"
    case encryptionKey = "ENCRYPTION_KEY"
    case previousEncryptionKeys = "PREVIOUS_ENCRYPTION_KEYS"
    case publicURL = "PUBLIC_URL"
    case host = "HOST"
    case trustedProxies = "TRUSTED_PROXIES"
    case webPort = "WEB_PORT"
    case apiPort = "API_PORT"
    case tokenProxyPort = "TOKEN_PROXY_PORT"
    case agentToolsPort = "AGENT_TOOLS_PORT"
    case opsPort = "OPS_PORT"
    case plansFile = "PLANS_FILE"
    case legalFolder = "LEGAL_FOLDER"
    case kimiAPIKey = "KIMI_API_KEY"
    case kimiBaseURL = "KIMI_BASE_URL"
    case kimiAnthropicBaseURL = "KIMI_ANTHROPIC_BASE_URL"
    case kimiModels = "KIMI_MODELS"
    case kimiConcurrency = "KIMI_CONCURRENCY"
    case guideUnitsADay = "GUIDE_UNITS_A_DAY"
    case fallbackAPIKey = "FALLBACK_API_KEY"
    case fallbackBaseURL = "FALLBACK_BASE_URL"
    case fallbackAnthropicBaseURL = "FALLBACK_ANTHROPIC_BASE_URL"
    case fallbackModels = "FALLBACK_MODELS"
    case transcriptionBaseURL = "TRANSCRIPTION_BASE_URL"
    case transcriptionAPIKey = "TRANSCRIPTION_API_KEY"
    case transcriptionModel = "TRANSCRIPTION_MODEL"
    case searchProvider = "SEARCH_PROVIDER"
    case searchURL = "SEARCH_URL"
    case searchAPIKey = "SEARCH_API_KEY"
    case metricsByCustomer = "METRICS_BY_CUSTOMER"
    case stripeSecretKey = "STRIPE_SECRET_KEY"
    case stripeWebhookSecrets = "STRIPE_WEBHOOK_SECRETS"
    case stripePortalConfiguration = "STRIPE_PORTAL_CONFIGURATION"
    case stripeBaseURL = "STRIPE_BASE_URL"
    case stripePromotionCodes = "STRIPE_PROMOTION_CODES"
    case stripeAutomaticTax = "STRIPE_AUTOMATIC_TAX"
    case trialDays = "TRIAL_DAYS"
    case telegramBotToken = "TELEGRAM_BOT_TOKEN"
    case telegramAPIRoot = "TELEGRAM_API_ROOT"
    case telegramLinkBase = "TELEGRAM_LINK_BASE"
    case smtpURL = "SMTP_URL"
    case mailFrom = "MAIL_FROM"
    case alertMailTo = "ALERT_MAIL_TO"
    case hostEmails = "HOST_EMAILS"
    case agentExecutable = "AGENT_EXECUTABLE"
    case agentSleepAfter = "AGENT_SLEEP_AFTER"
    case spareAgents = "SPARE_AGENTS"
    case sparePlan = "SPARE_PLAN"
    case agentImage = "AGENT_IMAGE"
    case agentTokenProxyURL = "AGENT_TOKEN_PROXY_URL"
    case agentToolsURL = "AGENT_TOOLS_URL"
    case kubeConfig = "KUBECONFIG"
    case platformNamespace = "PLATFORM_NAMESPACE"
    case agentEgress = "AGENT_EGRESS"
    case agentBlockedRanges = "AGENT_BLOCKED_RANGES"
    case agentStorageClass = "AGENT_STORAGE_CLASS"
    case agentPriorityClass = "AGENT_PRIORITY_CLASS"
    case agentRuntimeClass = "AGENT_RUNTIME_CLASS"
    case platformImage = "PLATFORM_IMAGE"
    case backupEndpoint = "BACKUP_S3_ENDPOINT"
    case backupRanges = "BACKUP_S3_RANGES"
    case backupBucket = "BACKUP_S3_BUCKET"
    case backupRegion = "BACKUP_S3_REGION"
    case backupAccessKeyID = "BACKUP_S3_ACCESS_KEY_ID"
    case backupSecretAccessKey = "BACKUP_S3_SECRET_ACCESS_KEY"
    case hetznerToken = "HCLOUD_TOKEN"
    case hetznerURL = "HCLOUD_ENDPOINT"
    case cloudflareToken = "CLOUDFLARE_API_TOKEN"
    case cloudflareURL = "CLOUDFLARE_BASE_URL"
    case sandboxParts = "SANDBOX_PARTS"
    case sandboxPort = "SANDBOX_PORT"
    case sandboxSMTPPort = "SANDBOX_SMTP_PORT"
    case logLevel = "LOG_LEVEL"
    case traceEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
    case traceHeaders = "OTEL_EXPORTER_OTLP_HEADERS"

    /// One line for `.env.example` and `openclaw-cloud config`.
    var meaning: String {
        switch self {
        case .dataDirectory: "where the SQLite database, the keys and the agents' files live"
        case .databaseURL: "postgres://user:password@host/name; without it a SQLite file in DATA_DIR"
        case .databaseDirectURL:
            "the same database past the connection pooler that DATABASE_URL leads through, for notifications and locks"
        case .databaseConnections: "connections of each process for its transactions; two more listen and lock"
        case .redisURL:
            "redis://user:password@host:6379, or rediss://; services that run apart then share rates, and news sooner"
        case .encryptionKey: "64 hex digits that encrypt stored bot tokens; without it a key is made in DATA_DIR"
        case .previousEncryptionKeys:
            "keys that ENCRYPTION_KEY replaced and that still open what they sealed, separated by commas"
        case .publicURL: "the address under which browsers reach the site"
        case .host: "the address to listen on; 0.0.0.0 for all"
        case .trustedProxies:
            "addresses or ranges of the reverse proxies whose X-Forwarded-For names the client, separated by commas"
        case .webPort: "the port of the site (and, under `serve`, of the API)"
        case .apiPort: "the port of the API when it runs alone"
        case .tokenProxyPort: "the port of the token proxy"
        case .agentToolsPort: "the port of the tools that agents get from the platform"
        case .opsPort: "the port of /healthz, /readyz and /metrics, for the host alone"
        case .plansFile: "a JSON file that replaces the built-in table of plans"
        case .legalFolder:
            "a folder with terms.txt, imprint.txt and refunds.txt, shown on the site; terms.pt.txt is for one language alone"
        case .kimiAPIKey:
            "the platform's Kimi key; several, separated by commas, take turns; without any the sandbox answers"
        case .kimiBaseURL: "Kimi's API in OpenAI's form"
        case .kimiAnthropicBaseURL: "Kimi's API in Anthropic's form, without /v1"
        case .kimiModels:
            "our model names and what they are upstream: name=upstream, separated by commas; agents ask for k2p5, else the first by the alphabet"
        case .kimiConcurrency:
            "calls with Kimi at once, of all token proxies together; its refusals lower that by themselves"
        case .guideUnitsADay:
            "units a day that the set-up chat may use of the model, in all; beyond them, and at 0, a script leads it"
        case .fallbackAPIKey: "the key of a second place that answers model calls when Kimi can't; several take turns"
        case .fallbackBaseURL: "its API in OpenAI's form"
        case .fallbackAnthropicBaseURL: "its API in Anthropic's form, without /v1"
        case .fallbackModels: "our model names and what they are there; those that are missing aren't tried there"
        case .transcriptionBaseURL:
            "a server in OpenAI's form, up to /v1, that writes down voice notes; without it agents say that they can't listen"
        case .transcriptionAPIKey: "its key, if it asks for one"
        case .transcriptionModel: "what it calls its model"
        case .searchProvider: "brave, tavily or searxng: who searches the web for agents; without it they can't"
        case .searchURL: "where the provider is asked; without it Brave's or Tavily's own, and a SearXNG needs it"
        case .searchAPIKey: "the provider's key; a SearXNG needs none"
        case .metricsByCustomer: "true to count tokens by customer in the token proxy's metrics"
        case .stripeSecretKey: "sk_… or rk_…; without it the sandbox takes the payments"
        case .stripeWebhookSecrets:
            "whsec_… of the endpoint PUBLIC_URL/webhooks/stripe; several, separated by commas, while rotating"
        case .stripePortalConfiguration:
            "bpc_…: what customers can do in Stripe's portal, as `openclaw-cloud admin stripe-setup` made it; without it the account's default"
        case .stripeBaseURL: "Stripe's API"
        case .stripePromotionCodes: "true: the payment page takes the promotion codes that are made at Stripe"
        case .stripeAutomaticTax:
            "true: Stripe Tax reckons the customer's tax, and the payment page asks for address and tax id"
        case .trialDays: "days, 1 to 730, that a person's first subscription is free; without it there is no trial"
        case .telegramBotToken:
            "the token of the platform's own bot, with bot management on; without it the sandbox is the phone"
        case .telegramAPIRoot: "the Bot API's root"
        case .telegramLinkBase: "what t.me links start with"
        case .smtpURL: "smtp://user:password@host:587 or smtps://…:465; without it mails go to the sandbox's outbox"
        case .mailFrom: "the sender of our mails"
        case .alertMailTo: "who is told of what only the host can mend; without it that is only logged"
        case .hostEmails: "who may open the host's desk below /host, separated by commas; a second factor is asked for"
        case .agentExecutable: "the OpenClaw program; without it `openclaw` from PATH, else the stand-in agent"
        case .agentSleepAfter: "seconds of silence after which agents sleep, 0 for never; without it what their plans say"
        case .spareAgents:
            "how many agents are started before anybody has paid for them, so that the next customers don't wait for a start"
        case .sparePlan: "whose resources they have: starter, pro or team; customers of other plans wait for a start"
        case .agentImage: "the agents' container image, with a pinned version"
        case .agentTokenProxyURL:
            "where agents reach the token proxy; without it this machine's, or the Service token-proxy in the cluster"
        case .agentToolsURL:
            "where agents reach these tools, with /mcp at its end; without it this machine's, or the Service agent-tools in the cluster"
        case .kubeConfig:
            "the file that leads to the Kubernetes cluster where agents run; without it the cluster around, else this machine"
        case .platformNamespace: "the namespace of the platform's own services and of the operator's lease"
        case .agentEgress: "open: agents reach the token proxy and public HTTPS; strict: the token proxy and Telegram alone"
        case .agentBlockedRanges: "address ranges that no agent may reach, beside the private ones, separated by commas"
        case .agentStorageClass: "the StorageClass of the agents' volumes; without it the cluster's default"
        case .agentPriorityClass: "the PriorityClass of the agents' pods, below the platform's own"
        case .agentRuntimeClass: "the RuntimeClass of the agents' pods, such as gvisor, where the nodes have it"
        case .platformImage:
            "the container image of this program, which looks after agents and moves their backups; without it AGENT_IMAGE has it"
        case .backupEndpoint:
            "the S3-compatible store that agents' states are saved in before an upgrade or a deletion; without it they aren't"
        case .backupRanges:
            "address ranges of a store with a public name, separated by commas: backups' pods reach them alone; without, any public address"
        case .backupBucket: "the bucket for them; it must be there, and be open to nobody but the host"
        case .backupRegion: "the bucket's region, as the store calls it"
        case .backupAccessKeyID: "a key that may read and write the bucket's objects; no customer's namespace ever holds it"
        case .backupSecretAccessKey: "that key's secret"
        case .hetznerToken: "Hetzner's token with which `openclaw-cloud cluster` makes servers"
        case .hetznerURL: "Hetzner Cloud's API"
        case .cloudflareToken: "Cloudflare's token with which it makes DNS records"
        case .cloudflareURL: "Cloudflare's API"
        case .sandboxParts:
            "kimi, stripe, telegram, mail: what the sandbox may play though PUBLIC_URL isn't this machine or a key is live"
        case .sandboxPort: "the port on which the sandbox speaks for Kimi, Stripe and Telegram"
        case .sandboxSMTPPort: "the port on which the sandbox takes mails"
        case .logLevel: "trace, debug, info, notice, warning, error or critical"
        case .traceEndpoint: "an OpenTelemetry collector, such as http://localhost:4318; traces are sent there over HTTP"
        case .traceHeaders: "what else it is told, such as a key: name=value, separated by commas"
        }
    }

    /// What holds where nothing is set; `nil` where nothing is a meaning of its own.
    var fallback: String? {
        switch self {
        case .dataDirectory: "data"
        case .databaseConnections: "4"
        case .host: "127.0.0.1"
        case .webPort: "8080"
        case .apiPort: "8081"
        case .tokenProxyPort: "8082"
        case .agentToolsPort: "8083"
        case .opsPort: "9090"
        case .kimiModels: "kimi-coding/k2p5=kimi-k2.6,k2p5=kimi-k2.6"
        case .kimiConcurrency: "4096"
        case .guideUnitsADay: "2000000"
        case .transcriptionModel: "whisper-1"
        case .metricsByCustomer, .stripePromotionCodes, .stripeAutomaticTax: "false"
        case .mailFrom: "OpenClaw Cloud <hello@localhost>"
        case .spareAgents: "0"
        case .sparePlan: "pro"
        case .agentImage: "ghcr.io/openclaw/openclaw:2026.9.4"
        case .platformNamespace: "platform"
        case .agentEgress: "open"
        case .backupRegion: "us-east-1"
        case .hetznerURL: "https://api.hetzner.cloud/v1"
        case .cloudflareURL: "https://api.cloudflare.com/client/v4"
        case .sandboxPort: "8090"
        case .sandboxSMTPPort: "8025"
        case .logLevel: "info"
        default: nil
        }
    }

    var isSecret: Bool {
        switch self {
        case .databaseURL, .databaseDirectURL, .redisURL, .encryptionKey, .previousEncryptionKeys, .kimiAPIKey,
            .fallbackAPIKey, .stripeSecretKey, .stripeWebhookSecrets, .telegramBotToken, .smtpURL, .backupSecretAccessKey,
            .hetznerToken, .cloudflareToken, .transcriptionAPIKey, .searchAPIKey, .traceHeaders:
            true
        default:
            false
        }
    }

    /// The key under which swift-configuration finds the environment variable.
    var key: ConfigKey {
        ConfigKey(rawValue.lowercased().split(separator: "_").map(String.init))
    }
}
