// What holds for every page of the provider: its headers, its stylesheet, its errors as pages.
import type { FastifyError } from 'fastify';
import { messagePage } from './pages.ts';
import type { SandboxApp } from './server.ts';

export function pageRules(pages: SandboxApp, shopOrigin: string, stylesheet: string): void {
  // Browsers hold the redirect after a form to form-action too, so the shop stands there.
  const policy = `default-src 'none'; style-src 'self'; img-src data:; form-action 'self' ${shopOrigin}; base-uri 'none'; frame-ancestors 'none'`;
  pages.addHook('onRequest', async (_request, reply) => {
    reply.type('text/html; charset=utf-8').headers({
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });
  pages.setErrorHandler((error: FastifyError, request, reply) => {
    const ours = error.statusCode === undefined || error.statusCode >= 500;
    if (ours) request.log.error({ err: error }, 'page failed');
    const title = ours ? 'Something broke here' : 'That was not understood';
    return reply
      .code(ours ? 500 : (error.statusCode ?? 400))
      .type('text/html; charset=utf-8')
      .send(String(messagePage(title, 'Go back to the shop and try again.')));
  });
  pages.get('/pages.css', async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(stylesheet),
  );
}
