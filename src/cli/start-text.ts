// What a person reads once everything runs.
import type { Config } from '../config.ts';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.ts';

/** `degraded`: what does not work yet, as /health/ready says it. */
export function readyText(config: Config, tookMs: number, degraded: readonly string[], isJson: boolean): string {
  const isDemo = config.demo === 'on';
  if (isJson) {
    const accounts = isDemo ? DEMO_ACCOUNTS.map(({ email }) => ({ email, password: DEMO_PASSWORD })) : [];
    return JSON.stringify({
      event: 'ready',
      address: config.origin,
      opsPort: config.opsPort,
      sandboxPort: config.sandboxPort,
      tookMs: Math.round(tookMs),
      degraded,
      accounts,
    });
  }
  return [
    '',
    `  Souk is open at ${config.origin}   (ready in ${(tookMs / 1000).toFixed(1)} s)`,
    ...(degraded.length > 0
      ? ['', '  Not there yet, and comes by itself:', ...degraded.map((what) => `    ${what}`)]
      : []),
    '',
    ...(isDemo
      ? [
          `  Demo accounts, password ${DEMO_PASSWORD}`,
          ...DEMO_ACCOUNTS.map(({ email, purpose }) => `    ${email.padEnd(20)} ${purpose}`),
          '',
        ]
      : []),
    `  HTTP API             ${config.origin}/docs`,
    `  Health, metrics      http://127.0.0.1:${config.opsPort}/health/ready, /metrics`,
    `  Sandbox payments     http://127.0.0.1:${config.sandboxPort}`,
    '  Ctrl-C stops it.',
    '',
  ].join('\n');
}
