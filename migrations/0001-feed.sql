-- What every module builds on: the change feed, secrets that all nodes share, and kept answers of idempotent requests.

-- A row says "this key's state changed": nodes read the state itself, so a row carries none.
-- Readers take what is visible and remember what may still commit behind them (src/lib/feed.ts).
create table feed_change (
  topic text not null,
  xid xid8 not null default pg_current_xact_id(),
  key bigint not null,
  at timestamptz not null default clock_timestamp(),
  primary key (topic, xid, key)
);

create index feed_change_age on feed_change (at);

-- Up to where rows were pruned: a reader further back has missed some and must rebuild.
create table feed_horizon (
  only_row boolean primary key default true check (only_row),
  pruned_xid xid8 not null
);
insert into feed_horizon (pruned_xid) values ('0');

create table shop_secret (
  name text primary key,
  value bytea not null,
  created_at timestamptz not null default now()
);

create table idempotency_record (
  user_id bigint not null,
  idempotency_key text not null,
  request_hash bytea not null,
  state text not null check (state in ('running', 'answered')),
  status smallint,
  headers jsonb,
  body bytea,
  locked_until timestamptz not null,
  created_at timestamptz not null,
  primary key (user_id, idempotency_key)
);
create index idempotency_record_age on idempotency_record (created_at);
