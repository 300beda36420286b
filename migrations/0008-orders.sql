create table orders (
  product_id bigint not null,
  order_id text collate "C" not null,
  reservation_id text collate "C" not null,
  payment_id text collate "C" not null,
  user_id bigint not null,
  seller_id bigint not null,
  state text not null check (state in
    ('placed', 'packed', 'shipped', 'out_for_delivery', 'delivered', 'cancelled', 'refunded', 'returned')),
  title text not null,                          -- as it was sold; the product may change later
  price_minor bigint not null,
  currency text not null,
  shipping_address jsonb not null,
  earliest_delivery date not null,
  latest_delivery date not null,
  carrier text,
  tracking_number text,
  placed_at timestamptz not null,
  last_sequence int not null default 1,
  primary key (product_id, order_id),
  -- product_id comes second here and in orders_of_buyer, for the reason given at payment_of_user: receipts and events look orders
  -- up by the primary key's columns.
  unique (reservation_id, product_id),
  unique (payment_id, product_id)
) with (fillfactor = 80);

create index orders_of_buyer on orders (user_id, product_id);

create table order_event (
  product_id bigint not null,
  order_id text collate "C" not null,
  sequence int not null,
  state text not null,
  at timestamptz not null,
  note text,
  place text,
  primary key (product_id, order_id, sequence),
  foreign key (product_id, order_id) references orders
);

create table receipt (
  product_id bigint not null,
  order_id text collate "C" not null,
  seller_id bigint not null,
  number bigint not null,
  seller_name text not null,                    -- as on the day of the sale: a receipt does not change afterwards
  seller_address text,
  seller_tax_number text,
  amount_minor bigint not null,
  tax_minor bigint not null,
  tax_basis_points int not null,
  currency text not null,
  paid_at timestamptz not null,
  method_brand text not null,
  method_last4 text not null,
  primary key (product_id, order_id),
  foreign key (product_id, order_id) references orders
);

-- Numbers without gaps: handed out in the transaction that uses them, one lock a batch and seller, taken last.
create table receipt_counter (
  seller_id bigint primary key,
  last_number bigint not null default 0
);

create table outbox (
  product_id bigint not null,
  message_id text collate "C" not null,
  kind text not null,
  payload jsonb not null,
  at timestamptz not null,
  primary key (product_id, message_id)
);
create index outbox_age on outbox (at);

-- Orders by another key than the product's; filled from the outbox, so they may lag by a second.
create table order_of_user (
  user_id bigint not null,
  placed_at timestamptz not null,
  order_id text collate "C" not null,
  primary key (user_id, order_id)
);
create index order_of_user_newest on order_of_user (user_id, placed_at desc);

create table order_of_seller (
  seller_id bigint not null,
  placed_at timestamptz not null,
  order_id text collate "C" not null,
  state text not null,
  sequence int not null,
  primary key (seller_id, order_id)
);
create index order_of_seller_newest on order_of_seller (seller_id, placed_at desc);
create index order_of_seller_state on order_of_seller (seller_id, state, placed_at desc);
