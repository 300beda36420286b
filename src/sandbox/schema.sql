-- The provider's own books. Run at every start, so every statement here can run again.
-- Two processes that start together would otherwise race for the same catalogue rows; the lock ends with this script.
select pg_advisory_xact_lock(7021934415);

create schema if not exists sandbox;

-- What the card page hands out. The card's number is never stored: only what it acts as, and what a receipt may show.
create table if not exists sandbox.card_token (
  token text collate "C" primary key,
  acts_as text not null,
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
-- Tells that two tokens are of one card, and nothing else: a keyed hash of the number.
alter table sandbox.card_token add column if not exists fingerprint text;
create index if not exists card_token_age on sandbox.card_token (expires_at);

create table if not exists sandbox.charge (
  charge_id text collate "C" primary key,
  idempotency_key text collate "C" not null unique,   -- the one thing that makes a charge happen once
  request_hash bytea not null,
  card_token text collate "C" unique,                 -- a token of the card page pays once
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null,
  description text not null,
  return_url text not null,
  state text not null check (state in ('processing', 'requires_action', 'succeeded', 'declined')),
  decline_code text,
  brand text,
  last4 text,
  settle_at timestamptz,                              -- when an open charge is decided without anybody's doing
  captured_at timestamptz,
  refunded_minor bigint not null default 0,
  created_at timestamptz not null default now(),
  check (refunded_minor between 0 and amount_minor),
  check (refunded_minor = 0 or state = 'succeeded'),
  check ((state = 'succeeded') = (captured_at is not null)),
  check ((state = 'declined') = (decline_code is not null)),
  check ((state in ('processing', 'requires_action')) = (settle_at is not null))
) with (fillfactor = 90);
create index if not exists charge_to_settle on sandbox.charge (settle_at) where settle_at is not null;

create table if not exists sandbox.refund (
  refund_id text collate "C" primary key,
  idempotency_key text collate "C" not null unique,
  request_hash bytea not null,
  charge_id text collate "C" not null references sandbox.charge,
  amount_minor bigint not null check (amount_minor > 0),
  created_at timestamptz not null default now()
);
create index if not exists refund_of_charge on sandbox.refund (charge_id);

-- Written with the charge or refund it tells of, so no crash can lose the news.
create table if not exists sandbox.webhook (
  webhook_id bigint generated always as identity primary key,
  event_id text collate "C" not null,                 -- not unique: tok_duplicate_webhook sends one event three times
  type text not null,
  idempotency_key text not null,
  created_at timestamptz not null,
  attempts int not null default 0,
  next_attempt_at timestamptz,                        -- null: delivered, or given up
  delivered_at timestamptz,
  last_fault text
) with (fillfactor = 80);
create index if not exists webhook_due on sandbox.webhook (next_attempt_at) where next_attempt_at is not null;
create index if not exists webhook_age on sandbox.webhook (created_at) where next_attempt_at is null;
