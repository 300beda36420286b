// The demo shop as a newcomer starts it: `souk start` in an empty directory, with all its processes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_PASSWORD } from '../cli/demo-accounts.ts';
import { startSouk } from './start-souk.ts';

export type DemoShop = { origin: string; stop(): Promise<void> };

export async function startDemoShop(): Promise<DemoShop> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'souk-demo-'));
  const remove = (): Promise<void> => rm(dataDirectory, { recursive: true, force: true });
  try {
    const { origin, stop } = await startSouk({ SOUK_DATA: dataDirectory, SOUK_DEMO: 'on' });
    return { origin, stop: () => stop().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

export type ApiCaller = {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<{ status: number; body: Answer }>;
};

/** Signed in as a client of the HTTP API: for what happens elsewhere while somebody looks at a page. */
export async function signInToApi(origin: string, email: string, password = DEMO_PASSWORD): Promise<ApiCaller> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const post = async <Answer>(path: string, body: unknown): Promise<{ status: number; body: Answer }> => {
    const answer = await fetch(origin + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Answer };
  };
  const { status, body } = await post<{ accessToken: string }>('/auth/login', { email, password });
  if (status !== 200) throw new Error(`${email} cannot sign in: ${status}`);
  headers.authorization = `Bearer ${body.accessToken}`;
  return {
    get: async <Answer>(path: string) => (await (await fetch(origin + path, { headers })).json()) as Answer,
    post,
  };
}
