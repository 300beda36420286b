// Which payment provider a process speaks to, and with what.
import type { Config } from './config.ts';
import { createSandboxProvider, type PaymentProvider } from './modules/payments/index.ts';

// tok_slow answers after 5 s and must still be a plain success.
const PROVIDER_TIMEOUT_MS = 8_000;

export function openPaymentProvider(
  config: Config,
  secrets: Record<'provider-api-key' | 'webhook-secret', Buffer>,
): PaymentProvider {
  return createSandboxProvider({
    baseUrl: `http://127.0.0.1:${config.sandboxPort}`,
    apiKey: secrets['provider-api-key'].toString('hex'),
    webhookSecret: secrets['webhook-secret'].toString('hex'),
    timeoutMs: PROVIDER_TIMEOUT_MS,
  });
}
