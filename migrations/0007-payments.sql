-- A row is on disk before the provider hears of it, and its payment_id is the provider's idempotency key.
create table payment (
  product_id bigint not null,
  payment_id text collate "C" not null,
  reservation_id text collate "C" not null,
  user_id bigint not null,
  state text not null check (state in ('processing', 'requires_action', 'succeeded', 'declined', 'unsold')),
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null,
  token text not null,                          -- stands for a payment method at the provider; never a card number
  shipping_address jsonb not null,
  charge_id text,                               -- the provider's id
  action_url text,
  decline_code text,
  method_brand text,
  method_last4 text,
  captured_at timestamptz,
  check_at timestamptz,                         -- when the reconciling job asks the provider; null once the outcome is known
  check_count int not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (product_id, payment_id),
  check (state <> 'declined' or decline_code is not null),
  check ((state in ('succeeded', 'unsold')) = (captured_at is not null))
) with (fillfactor = 80);
-- One live payment a reservation: a hundred submits of one buyer make one charge.
-- (unsold: the money came when there was no unit left for it; it goes back.)
create unique index payment_live on payment (product_id, reservation_id) where state not in ('declined', 'unsold');
-- The user leads: on a new shop's tables without statistics, an index that begins like the primary key is taken in its place,
-- and every look-up by id then reads all payments of the product (measured: 2,000 rows each instead of one).
create index payment_of_user on payment (user_id, product_id, created_at desc);
create index payment_check on payment (check_at) where check_at is not null;

create table refund (
  product_id bigint not null,
  refund_id text collate "C" not null,
  payment_id text collate "C" not null,
  state text not null check (state in ('due', 'done')),
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null,
  reason text not null,
  provider_refund_id text,
  check_at timestamptz,
  check_count int not null default 0,
  created_at timestamptz not null,
  done_at timestamptz,
  primary key (product_id, refund_id),
  unique (payment_id, product_id),              -- refunded once, whoever asks how often
  foreign key (product_id, payment_id) references payment,
  check ((state = 'done') = (done_at is not null))
);
create index refund_check on refund (check_at) where check_at is not null;

-- Double entry: the rows of one posting sum to zero. What the provider holds for us is positive, what we owe is negative.
create table ledger_entry (
  product_id bigint not null,
  posting_id text collate "C" not null,         -- the payment's or the refund's id
  account text not null check (account in ('provider', 'seller', 'fee', 'buyer')),
  seller_id bigint not null,
  kind text not null check (kind in ('sale', 'unsold', 'refund')),
  amount_minor bigint not null,
  currency text not null,
  at timestamptz not null,
  primary key (product_id, posting_id, account)
);
create index ledger_of_seller on ledger_entry (seller_id, at desc);

-- What the provider told us by webhook, once per event whatever the number of deliveries.
create table provider_event (
  event_id text primary key,
  kind text not null,
  payment_id text not null,
  received_at timestamptz not null default now()
);
