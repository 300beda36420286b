// The sandbox payment provider: a process of its own that behaves as a real one does, with its own tables and books.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import formbody from '@fastify/formbody';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController, type RawServerDefault } from 'fastify';
import { openDatabase } from '../lib/db.ts';
import type { Log } from '../lib/log.ts';
import { actionPageRoutes } from './action-page.ts';
import { apiRoutes } from './api.ts';
import { ApiError, answerApiError } from './api-error.ts';
import { cardPageRoutes } from './card-page.ts';
import { openCharges } from './charges.ts';
import { pageRules } from './page-rules.ts';
import { createSilence } from './silence.ts';
import { startUpkeep } from './upkeep.ts';
import { startWebhooks } from './webhooks.ts';

const MAX_DATABASE_CONNECTIONS = 8;
const STATEMENT_TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 16_384;
const REQUEST_TIMEOUT_MS = 15_000;
const TOKEN_IN_ADDRESS_MAX_CHARACTERS = 12_288; // 1,024 of four bytes, percent-encoded

export type SandboxApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type SandboxSettings = {
  /** 0: any free one. */
  port: number;
  host: string;
  databaseUrl: string;
  apiKey: string;
  webhookSecret: string;
  webhookUrl: string;
  /** The only origin that buyers are sent back to. */
  shopOrigin: string;
  log: Log;
};
export type Sandbox = { port: number; close(): Promise<void> };

export async function startSandbox(settings: SandboxSettings): Promise<Sandbox> {
  const [schema, stylesheet] = await Promise.all([
    readFile(new URL('schema.sql', import.meta.url), 'utf8'),
    readFile(new URL('pages.css', import.meta.url), 'utf8'),
  ]);
  const db = openDatabase({
    url: settings.databaseUrl,
    applicationName: 'souk-sandbox',
    maxConnections: MAX_DATABASE_CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    await db.script(schema);
  } catch (fault) {
    await db.close();
    throw fault;
  }
  const app = createApp(settings.log);
  const webhooks = startWebhooks(db, { url: settings.webhookUrl, secret: settings.webhookSecret }, settings.log);
  const charges = openCharges(db, webhooks.wake);
  const upkeep = startUpkeep(db, charges, settings.log);
  const silence = createSilence();

  // Requests end first, then what works for them, the database last.
  async function close(): Promise<void> {
    silence.close();
    await app.close();
    await charges.drain();
    await upkeep.close();
    await webhooks.close();
    await db.close();
  }

  const port = () => (app.server.address() as AddressInfo).port;
  const publicOrigin = () => `http://${settings.host}:${port()}`;
  app.register(async (api: SandboxApp) => apiRoutes(api, settings, { db, charges, silence, publicOrigin }));
  app.register(async (pages: SandboxApp) => {
    await pages.register(formbody);
    pageRules(pages, settings.shopOrigin, stylesheet);
    cardPageRoutes(pages, settings, db);
    actionPageRoutes(pages, db, webhooks.wake);
  });
  try {
    await app.listen({ port: settings.port, host: settings.host });
  } catch (fault) {
    await close();
    throw fault;
  }
  return { port: port(), close };
}

function createApp(log: Log): SandboxApp {
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: TOKEN_IN_ADDRESS_MAX_CHARACTERS },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler(answerApiError);
  app.setNotFoundHandler(() => {
    throw new ApiError(404, 'not_found', 'There is nothing at this address.');
  });
  return app;
}
