// The indices behind the alias: made, put in front, taken away.
import type { API, Client } from '@opensearch-project/opensearch';
import { indexBody, MAPPING_VERSION, REFRESH_WHILE_SERVING } from './mapping.ts';
import { isNotFound, WRITE_WITHIN_MS } from './server.ts';

const PATIENTLY = { requestTimeout: WRITE_WITHIN_MS };

export function aliasOf(prefix: string): string {
  return `${prefix}-products`;
}

/** A new one, to be filled; its name says by which rules and since when. */
export async function createProductIndex(client: Client, prefix: string, nowMs: number): Promise<string> {
  const index = `${aliasOf(prefix)}-${MAPPING_VERSION}-${nowMs}`;
  await client.indices.create({ index, body: indexBody() as API.Indices_Create_RequestBody }, PATIENTLY);
  return index;
}

/** The version of the rules an index was made by; null where it is not there or not of ours. */
export async function versionOf(client: Client, index: string): Promise<number | null> {
  try {
    const { body } = await client.indices.getMapping({ index });
    const version = body[index]?.mappings._meta?.version;
    return typeof version === 'number' ? version : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** The index behind the alias. */
export async function servingIndex(client: Client, prefix: string): Promise<string | null> {
  try {
    const { body } = await client.indices.getAlias({ name: aliasOf(prefix) });
    return Object.keys(body)[0] ?? null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** All that was written is found, and the alias moves in one call: no search sees two indices or none. */
export async function serve(client: Client, prefix: string, index: string): Promise<void> {
  await client.indices.putSettings({ index, body: { index: { refresh_interval: REFRESH_WHILE_SERVING } } }, PATIENTLY);
  await client.indices.refresh({ index }, PATIENTLY);
  const before = await servingIndex(client, prefix);
  // A node that died after this move comes here again.
  if (before === index) return;
  const alias = aliasOf(prefix);
  const actions = [
    ...(before === null ? [] : [{ remove: { index: before, alias } }]),
    { add: { index, alias, is_write_index: true } },
  ];
  await client.indices.updateAliases({ body: { actions } }, PATIENTLY);
}

/** Indices that neither answer nor are being filled: the one before, and those of fillings that were given up. */
export async function deleteOthers(client: Client, prefix: string, kept: (string | null)[]): Promise<string[]> {
  const { body } = await client.indices.get({ index: `${aliasOf(prefix)}-*`, allow_no_indices: true }, PATIENTLY);
  const others = Object.keys(body).filter((index) => !kept.includes(index));
  // By their names: a pattern could take more than was listed.
  if (others.length > 0) await client.indices.delete({ index: others }, PATIENTLY);
  return others;
}
