// Where the buyers of one process ask: each request goes into the history and the figures, and waits for its answer.
import type { World } from './buyer.ts';
import { keptOf } from './buyer.ts';
import { signBuyerToken } from './buyer-token.ts';
import { type CrowdGroup, type Ending, note, openSeconds, type Second } from './figures.ts';
import type { AnswerValue, HistoryWriter, Operation } from './history.ts';
import type { LoadOrder } from './load-process.ts';
import { opensAfterMs } from './plan.ts';
import { randomOf } from './random.ts';
import { endingOf, type Lane, MAX_STREAMS, type Reply, type ShopClient } from './shop-client.ts';

const BANK_TIMEOUT_MS = 5_000;
const CHANCE_STREAM = 0x7fff_1000;

const GROUP_OF: Record<Operation, CrowdGroup> = {
  search: 'look',
  view: 'look',
  purchase: 'buy',
  line: 'wait',
  payment: 'pay',
  bank: 'pay',
  'payment-state': 'pay',
  track: 'pay',
  cancel: 'pay',
};

type Desk = {
  worldOf(buyer: number, sleepUntil: World['sleepUntil']): World;
  takeFigures(): Second[];
  inFlight(): number;
  requests(): number;
};

const LANE_OF: Record<CrowdGroup, Lane> = { look: 'looking', buy: 'buying', wait: 'buying', pay: 'till' };

export function openDesk(
  order: LoadOrder,
  now: () => number,
  client: ShopClient,
  history: HistoryWriter,
  ending: AbortSignal,
): Desk {
  const { plan } = order;
  const tokenKey = Buffer.from(order.tokenKey, 'base64');
  const chance = randomOf(plan.seed, CHANCE_STREAM + order.part);
  const seconds = openSeconds();
  let inFlight = 0;
  let streams = 0;
  let requests = 0;

  function worldOf(buyer: number, sleepUntil: World['sleepUntil']): World {
    const user = order.userIds[buyer] ?? 0;
    const headers = {
      authorization: `Bearer ${signBuyerToken(tokenKey, user, Date.now())}`,
      accept: 'application/json',
    };
    const jsonHeaders = { ...headers, 'content-type': 'application/json' };

    const ask: World['ask'] = async ({ operation, method, path, body, dueMs }) => {
      const request = `${order.part}-${++requests}`;
      history.write({ at: round(now()), request, user, operation, kind: 'invoke' });
      seconds.at(dueMs).offered++;
      inFlight++;
      const reply = await client.send({
        lane: LANE_OF[GROUP_OF[operation]],
        method,
        path,
        headers: body === undefined ? headers : jsonHeaders,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      inFlight--;
      const at = now();
      const ending = endingOf(reply);
      const second = seconds.at(at);
      second.endings[ending]++;
      if (reply.kind === 'answer') note(second.latency[GROUP_OF[operation]], at - dueMs);
      history.write({
        at: round(at),
        request,
        user,
        operation,
        kind: kindOf(reply, ending),
        ...told(reply, operation),
      });
      return reply.kind === 'answer' ? reply : undefined;
    };

    const listen: World['listen'] = async (ticketId) => {
      if (streams >= MAX_STREAMS) return undefined;
      const request = `${order.part}-${++requests}`;
      const event = { request, user, operation: 'line' } as const;
      history.write({ at: round(now()), ...event, kind: 'invoke' });
      streams++;
      const last = await client.listen(`/line/${ticketId}`, headers, ending);
      streams--;
      if (last) history.write({ at: round(now()), ...event, kind: 'ok', status: 200, value: kept(last.data) });
      else history.write({ at: round(now()), ...event, kind: 'unknown' });
      return last;
    };

    function told(reply: Reply, operation: Operation): { status?: number; value?: AnswerValue } {
      if (reply.kind !== 'answer') return {};
      if (operation === 'search' || operation === 'view') return { status: reply.status };
      return { status: reply.status, value: kept(reply.body) };
    }

    function kept(body: Record<string, unknown>): AnswerValue {
      const granted = body.reservation as { expiresAt?: unknown } | null | undefined;
      const expiresAt = body.expiresAt ?? granted?.expiresAt;
      return {
        ...keptOf(body),
        ...(typeof expiresAt === 'string' ? { expiresAtMs: Date.parse(expiresAt) - order.startsAtMs } : {}),
      };
    }

    return {
      productId: order.productId,
      stock: plan.stock,
      holdMs: plan.holdSeconds * 1_000,
      opensAtMs: opensAfterMs(plan),
      terms: order.terms,
      productIds: order.productIds,
      now,
      sleepUntil,
      ask,
      listen,
      tellBank,
      chance,
    };
  }

  return {
    worldOf,
    takeFigures: seconds.take,
    inFlight: () => inFlight,
    requests: () => requests,
  };
}

async function tellBank(actionUrl: string, decision: 'approve' | 'refuse'): Promise<boolean> {
  try {
    const response = await fetch(actionUrl, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ decision }),
      signal: AbortSignal.timeout(BANK_TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response.status === 303;
  } catch {
    return false; // the bank's page did not open; the payment stays open until it is decided without the buyer
  }
}

function kindOf(reply: Reply, ending: Ending): 'ok' | 'fail' | 'unknown' {
  if (reply.kind === 'no-answer') return 'unknown';
  return ending === 'ok' ? 'ok' : 'fail';
}

function round(atMs: number): number {
  return Math.round(atMs * 100) / 100;
}
