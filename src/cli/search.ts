// souk search: one search in the terminal, over the index that the shop keeps, with its reasons where they are asked for.
import type { Config } from '../config.ts';
import { synonymFiles } from '../config.ts';
import { openDatabase } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { formatMoney } from '../lib/money.ts';
import { type Explanation, loadCurrency, loadSynonyms, type SearchResult } from '../modules/search/index.ts';
import { openShopReplica } from '../open-shop-replica.ts';
import { replicaSource } from '../replica-source.ts';
import { Refusal } from './refusal.ts';
import { withReadableShop } from './shop-database.ts';

export type SearchCommand = { term: string; explain: boolean; exact: boolean; size: number; json: boolean };

const CONNECTIONS = 2;
const STATEMENT_TIMEOUT_MS = 60_000;
const POLL_EVERY_MS = 1_000;

export function search(config: Config, command: SearchCommand): Promise<void> {
  return withReadableShop(config, async (url) => {
    const log = openLog('search', 'warn');
    const db = openDatabase({
      url,
      applicationName: 'souk search',
      maxConnections: CONNECTIONS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    // The running shop writes the snapshot; this only reads it.
    const replica = await openShopReplica(config, {
      source: replicaSource(db),
      log,
      pollEveryMs: POLL_EVERY_MS,
      readOnly: true,
    });
    try {
      const fault = replica.searchFault();
      if (fault !== null) throw new Refusal(`Nothing can be searched: ${fault}.`);
      const currency = await loadCurrency(replica);
      replica.teach({ synonyms: await loadSynonyms(synonymFiles(config), log), ...(currency ? { currency } : {}) });
      const { term, size, exact, explain, json } = command;
      const result = await replica.search({
        ...{ term, size, exact, explain, page: 1, sort: 'relevance' },
        ...{ categories: [], brands: [], sellers: [] },
      });
      console.log(json ? JSON.stringify({ ...result, items: result.items.map(itemOf) }) : textOf(result));
    } finally {
      await replica.close();
      await db.close();
    }
  });
}

function itemOf({ productId, title, brand, category, priceMinor, currency }: SearchResult['items'][number]) {
  return { productId, title, brand, category, priceMinor, currency };
}

function textOf(result: SearchResult): string {
  const { explanation, items, total, correctedTerm, relaxedWords, unknownWords, leftOut, price } = result;
  const said = [
    correctedTerm === null ? '' : `searched for: ${correctedTerm}`,
    price === null ? '' : `read as a price: ${price.text}`,
    unknownWords.length === 0 ? '' : `no product has: ${unknownWords.join(', ')}`,
    leftOut === 0 ? '' : `with all words, at another price: ${leftOut}`,
    relaxedWords.length === 0 ? '' : `no product has all words; the nearest lack: ${relaxedWords.join(', ')}`,
  ].filter((line) => line !== '');
  const scores = new Map(explanation?.scores.map((one) => [one.productId, one]));
  return [
    `${total} ${total === 1 ? 'product' : 'products'}, ${result.tookMs} ms`,
    ...said,
    ...(explanation ? wordsOf(explanation) : []),
    '',
    ...items.flatMap((item) => {
      const score = scores.get(item.productId);
      const line = `${String(item.productId).padStart(8)}  ${formatMoney(item.priceMinor, item.currency).padStart(10)}  ${item.title}`;
      return score ? [line, `${' '.repeat(22)}${score.score} = ${partsOf(score.parts)}`] : [line];
    }),
  ].join('\n');
}

function wordsOf({ words, brands }: Explanation): string[] {
  return [
    ...words.map(({ word, isHead, weight, foundAs }) => {
      const found = foundAs.map((one) => `${one.words} ×${one.weight} in ${one.products}`).join(', ');
      return `  ${word}${isHead ? ' (the thing itself)' : ''}, weight ${weight}: ${found}`;
    }),
    ...(brands.length === 0 ? [] : [`  brand: ${brands.join(', ')}`]),
  ];
}

function partsOf(parts: Record<string, number>): string {
  return Object.entries(parts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
