// A shop in memory behind the port of the replicas: its products, the log of their changes, and a switch for the outage.
import { setTimeout } from 'node:timers/promises';
import type { ReplicaDocument } from './document.ts';
import type { ReplicaSource } from './source.ts';

export type TestSource = ReplicaSource & {
  put(document: ReplicaDocument): void;
  remove(productId: number): void;
  id: string;
  isAway: boolean;
  /** Changes before it are pruned. */
  firstKept: number;
  scans: number;
  overlappingPolls: number;
  loadedAtMost: number;
};

export function openTestSource(documents: ReplicaDocument[]): TestSource {
  const products = new Map(documents.map((document) => [document.productId, document]));
  const changes: number[] = [];
  let polling = 0;
  const answer = async () => {
    await setTimeout(1);
    if (source.isAway) throw new Error('connection refused');
  };
  const source: TestSource = {
    ...{ id: 'one', isAway: false, firstKept: 0, scans: 0, overlappingPolls: 0, loadedAtMost: 0 },
    put(document) {
      products.set(document.productId, document);
      changes.push(document.productId);
    },
    remove(productId) {
      products.delete(productId);
      changes.push(productId);
    },
    async databaseId() {
      await answer();
      return source.id;
    },
    async openFeed(offset) {
      await answer();
      let at = offset === null ? changes.length : Number(offset);
      if (at < source.firstKept) throw new RangeError('pruned');
      return {
        async poll(maxKeys) {
          if (++polling > 1) source.overlappingPolls++;
          try {
            await answer();
            const keys = changes.slice(at, at + maxKeys);
            at += keys.length;
            return { keys, offset: String(at), caughtUp: at === changes.length };
          } finally {
            polling--;
          }
        },
      };
    },
    async scan(afterProductId, limit) {
      await answer();
      source.scans++;
      const sorted = [...products.values()].sort((a, b) => a.productId - b.productId);
      return sorted.filter((document) => document.productId > afterProductId).slice(0, limit);
    },
    async load(productIds) {
      source.loadedAtMost = Math.max(source.loadedAtMost, productIds.length);
      await answer();
      return productIds.flatMap((productId) => products.get(productId) ?? []);
    },
  };
  return source;
}
