// What a web process tells Prometheus.
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { App, Shop } from './web/kit/shop.ts';

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function openMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Must be called before routes are added. */
export function measureRequests(app: App, registry: Registry): void {
  const duration = new Histogram({
    name: 'souk_http_request_duration_seconds',
    help: 'Answers by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    duration.labels(route, request.method, String(reply.statusCode)).observe(reply.elapsedTime / 1_000);
    done();
  });
}

export function measureShop(
  shop: Pick<Shop, 'replica' | 'reservations' | 'checkout' | 'answers'>,
  registry: Registry,
): void {
  const { replica, reservations, checkout, answers } = shop;
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `souk_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('replica_age_seconds', 'How far search and product pages may lie behind the database.', () =>
    replica.ageSeconds(),
  );
  gauge('replica_products', 'Products that can be found on this node.', () => replica.documentCount());
  gauge(
    'reserve_batches',
    'Reserving statements sent since the start.',
    () => reservations.statistics().reserve.batches,
  );
  gauge('reserve_buyers', 'Buyers in those statements.', () => reservations.statistics().reserve.items);
  gauge(
    'reserve_retries',
    'Reserving statements sent again after a lost connection.',
    () => reservations.statistics().reserve.retries,
  );
  gauge(
    'reserve_overloaded',
    'Buyers refused because the queue was full.',
    () => reservations.statistics().reserve.overloaded,
  );
  gauge('reserve_queued', 'Buyers waiting for a statement.', () => reservations.statistics().queuedItems);
  gauge('purchases_refused_unread', 'Buyers told at the door to come back, since the start.', answers.unread);
  gauge('payments_under_way', 'Payments under way or waiting for their turn.', () => checkout.underWay.size);
  gauge('settle_items', 'Payments settled by this node since the start.', () => checkout.settling.statistics().items);
}
