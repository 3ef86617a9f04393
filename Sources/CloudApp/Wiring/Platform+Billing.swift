import Billing
import Core
import Stripe

extension Platform {
    /// Stripe, or the sandbox in its place.
    var stripe: StripeClient {
        StripeClient(
            httpClient: httpClient, baseURL: configuration.stripe.baseURL,
            apiKey: (configuration.stripe.secretKey ?? SandboxSecrets.stripeKey).reveal())
    }

    /// A new one: it keeps what it has learnt of prices.
    var billing: BillingService {
        BillingService(
            queue: queue, stripe: stripe, plans: configuration.plans,
            webhookSecrets: configuration.stripe.secretKey == nil
                ? [sandboxSecrets.stripeWebhookSecret] : configuration.stripe.webhookSecrets,
            publicURL: configuration.publicURL, portalConfiguration: configuration.stripe.portalConfiguration,
            logger: logger)
    }
}
