// The API's own description: /openapi.json from the routes' schemas, /docs for people, /problems/<slug> for every fault.
import { Type } from 'typebox';
import { html } from '../../lib/html.ts';
import { isProblemSlug, PROBLEMS, type ProblemSlug, problem } from '../../lib/problem.ts';
import { callerOf } from '../kit/caller.ts';
import { pageHead } from '../kit/components/section.ts';
import { layout } from '../kit/layout.ts';
import { respond, sendPage } from '../kit/negotiate.ts';
import type { App } from '../kit/shop.ts';
import { docsPage, type OpenApi } from './docs-page.ts';

const PUBLIC_CACHE = 'public, max-age=300';

export function docsRoutes(app: App): void {
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    reply.header('cache-control', PUBLIC_CACHE);
    return app.swagger();
  });

  app.get('/docs', { schema: { hide: true } }, async (request, reply) =>
    sendPage(reply, docsPage(app.swagger() as unknown as OpenApi, callerOf(request))),
  );

  app.get('/problems', { schema: { hide: true } }, async (request, reply) =>
    respond(request, reply, {
      json: () => ({
        problems: Object.entries(PROBLEMS).map(([slug, entry]) => ({ type: `/problems/${slug}`, ...entry })),
      }),
      page: () =>
        layout({
          title: 'What can go wrong',
          caller: callerOf(request),
          main: html`${pageHead('What can go wrong')}<p>Every error answer is an RFC 9457 problem document whose <code>type</code> is one of these addresses.</p>
<ul>${Object.entries(PROBLEMS).map(([slug, entry]) => html`<li><a href="/problems/${slug}"><code>${slug}</code></a> ${entry.status}: ${entry.title}</li>`)}</ul>`,
        }),
    }),
  );

  app.get(
    '/problems/:slug',
    { schema: { hide: true, params: Type.Object({ slug: Type.String({ maxLength: 60 }) }) } },
    async (request, reply) => {
      const { slug } = request.params;
      if (!isProblemSlug(slug)) throw problem('not-found');
      const entry = PROBLEMS[slug satisfies ProblemSlug];
      return respond(request, reply, {
        json: () => ({ type: `/problems/${slug}`, ...entry }),
        page: () =>
          layout({
            title: entry.title,
            caller: callerOf(request),
            main: html`${pageHead(entry.title)}<p>HTTP ${entry.status}, <code>/problems/${slug}</code></p><p>${entry.help}</p><p><a href="/problems">All problems</a></p>`,
          }),
      });
    },
  );
}
