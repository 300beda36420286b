// Whoever paid and heard nothing comes back and asks: the order must be found then.
import { signBuyerToken } from './buyer-token.ts';
import type { HistoryEvent } from './history.ts';

const ASKED_AT_ONCE = 16;
const ANSWER_TIMEOUT_MS = 10_000;

export async function findUnanswered(
  origin: string,
  tokenKey: Uint8Array,
  orders: readonly { orderId: string; userId: number }[],
  at: number,
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for (let n = 0; n < orders.length; n += ASKED_AT_ONCE) {
    const answers = orders.slice(n, n + ASKED_AT_ONCE).map(async ({ orderId, userId }): Promise<HistoryEvent> => {
      const headers = {
        authorization: `Bearer ${signBuyerToken(tokenKey, userId, Date.now())}`,
        accept: 'application/json',
      };
      // By their list of orders, since nobody told them the number.
      const response = await fetch(`${origin}/me/orders?size=100`, {
        headers,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const body = (await response.json()) as { items?: { orderId: string }[] };
      const isFound = response.status === 200 && body.items?.some((item) => item.orderId === orderId);
      const event = {
        at,
        request: `after-${orderId}`,
        user: userId,
        operation: 'track',
        status: response.status,
      } as const;
      return isFound ? { ...event, kind: 'ok', value: { orderId } } : { ...event, kind: 'fail' };
    });
    events.push(...(await Promise.all(answers)));
  }
  return events;
}
