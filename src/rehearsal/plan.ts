// What is rehearsed. Everything that happens by chance follows from it and its seed.
export const MODES = ['open', 'line', 'lottery'] as const;
export const ARRIVALS = ['spike', 'ramp', 'mix'] as const;
export const FAULTS = {
  web: 'kill -9 of the web process',
  worker: 'kill -9 of the worker',
  provider: 'kill -9 of the payment provider',
  database: 'kill -9 of every process of the database',
  'provider-stalls':
    'the payment provider stands still for some seconds (SIGSTOP), then its answers and webhooks come late',
  'web-stalls': 'the web process stands still for some seconds',
  connections: 'every connection to the database is cut',
  payments: 'cards that are slow, never answered, failing or reported three times',
} as const;

export type Mode = (typeof MODES)[number];
export type Arrival = (typeof ARRIVALS)[number];
export type Fault = keyof typeof FAULTS;
/** Faults that strike at a moment; the others are in what buyers do. */
export type StrikingFault = Exclude<Fault, 'payments'>;

/** What the drop asks of those who come; the others want a person. */
export type Condition = 'none' | 'proof-of-work';

export type Plan = {
  buyers: number;
  stock: number;
  mode: Mode;
  arrival: Arrival;
  condition: Condition;
  faults: readonly Fault[];
  seed: number;
  /** While the crowd keeps coming. */
  arrivalSeconds: number;
  holdSeconds: number;
};

export const FAULT_NAMES = Object.keys(FAULTS) as Fault[];

export function isFault(text: string): text is Fault {
  return Object.hasOwn(FAULTS, text);
}

export function strikingFaults(plan: Plan): StrikingFault[] {
  return plan.faults.filter((fault): fault is StrikingFault => fault !== 'payments');
}

/** When the sale opens, counted from the first arrival. A crowd is there before. */
export function opensAfterMs(plan: Plan): number {
  return Math.round(plan.arrivalSeconds * 1_000 * (plan.arrival === 'spike' ? 0.2 : 0.05));
}
