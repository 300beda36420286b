-- Order of locks, everywhere: the inventory row first, reservation rows second. Otherwise sweeping and reserving deadlock.

create table inventory (
  product_id bigint primary key,
  total int not null default 0,                 -- the sum of its stock changes
  available int not null default 0,
  version bigint not null default 0,            -- bumped by every change of available: orders the news about it
  hold_seconds int not null default 600 check (hold_seconds between 5 and 86400),
  customer_limit int check (customer_limit > 0),-- held and bought together; null: no limit
  opens_at timestamptz,                         -- a drop: nothing is sold before
  paused boolean not null default false,
  expired_count bigint not null default 0,
  released_count bigint not null default 0,
  check (available between 0 and total)
) with (fillfactor = 50);                       -- HOT updates of a hot row

create table stock_change (
  product_id bigint not null,
  change_id text not null,
  change int not null,
  reason text not null check (reason in ('initial', 'import', 'seller')),
  note text,
  user_id bigint,
  at timestamptz not null,
  primary key (product_id, change_id)
);

-- slot 0 is the one open hold a buyer may have on a product; a sold unit moves on to slot 1, 2, 3 …
-- No foreign key to inventory: it would cost 25 to 30 % of the rate of reserving.
create table reservation (
  product_id bigint not null,
  user_id bigint not null,
  slot int not null default 0,
  reservation_id text collate "C" not null,
  state text not null default 'held' check (state in ('held', 'paying', 'sold', 'returned')),
  price_minor bigint not null,
  currency text not null,
  reserved_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (product_id, user_id, slot),
  check ((slot = 0) = (state in ('held', 'paying')))
) with (fillfactor = 80);
-- Grows at its right edge, so it costs less than an index that starts with the product.
create index reservation_due on reservation (expires_at, product_id) where state = 'held';

-- The last hold of a buyer that ended without a sale, so that paying too late is told apart from never having had one.
create table reservation_ended (
  product_id bigint not null,
  user_id bigint not null,
  reservation_id text collate "C" not null,
  reason text not null check (reason in ('expired', 'released')),
  at timestamptz not null,
  primary key (product_id, user_id)
);

-- What shoppers can see of a stock level: none, the last few by number, plenty. Only a change of this is news for the feed.
create function visible_stock(available int) returns int language sql immutable parallel safe
return least(available, 11);
