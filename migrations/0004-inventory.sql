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
  line_mode text not null default 'open' check (line_mode in ('open', 'line', 'lottery')),
  waiting int not null default 0 check (waiting >= 0),
  last_place bigint not null default 0,         -- of the line: the last one that was given out
  expired_count bigint not null default 0,
  released_count bigint not null default 0,
  check (available between 0 and total)
) with (fillfactor = 50);                       -- HOT updates of a hot row

-- The few products that have a line, for those who watch over it; its columns do not change while the row is hot.
create index inventory_lines on inventory (product_id) where line_mode <> 'open';

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

-- slot 0 is the one open hold a buyer may have on a product; a sold unit moves on to slot 1, 2, 3 …, a returned one to -1, -2 …
-- No foreign key to inventory: it would cost 25 to 30 % of the rate of reserving.
create table reservation (
  product_id bigint not null,
  user_id bigint not null,
  slot int not null default 0,
  reservation_id text collate "C" not null,
  state text not null default 'held' check (state in ('held', 'paying', 'sold', 'returned')),
  nth int,                                      -- of a limited product: which of the buyer's units this is
  customer_limit int,
  price_minor bigint not null,
  currency text not null,
  reserved_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (product_id, user_id, slot),
  -- A sold unit stands in the slot of its nth, a returned one below 0: so nobody can ever have more than the limit.
  check (case state when 'sold' then slot > 0 when 'returned' then slot < 0 else slot = 0 end),
  check (nth between 1 and customer_limit),
  check (state <> 'sold' or nth is null or slot = nth)
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

-- The smallest number from 1 on that is not taken: whoever returned the first of two units buys the first one again.
create function first_free(taken int[]) returns int language sql immutable parallel safe
return (select min(n) from generate_series(1, coalesce(cardinality(taken), 0) + 1) n where taken is null or n <> all (taken));
