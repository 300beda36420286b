-- A drop: a sale that opens at a set moment. What buying needs of it stands in the inventory row (opens_at, line_mode,
-- customer_limit, hold_seconds); here is what makes a draw verifiable.
create table drop_sale (
  product_id bigint primary key,
  announced_at timestamptz not null,
  -- lottery: SHA-256 of the seed, told when the drop is announced; the seed itself is told when it has been drawn.
  commitment bytea,
  seed bytea,
  drawn_at timestamptz,
  drawn_tickets int,
  check ((seed is null) = (commitment is null))
);

-- One ticket a customer and product. The ticket's id becomes the reservation's when it is granted: the line is the purchase.
create table ticket (
  product_id bigint not null,
  user_id bigint not null,
  ticket_id text collate "C" not null,
  place bigint,                                 -- null: waits for the draw
  state text not null default 'waiting' check (state in ('waiting', 'granted', 'bought', 'lapsed', 'left')),
  joined_at timestamptz not null,
  granted_at timestamptz,
  primary key (product_id, user_id)
) with (fillfactor = 80);
create index ticket_waiting on ticket (product_id, place) where state = 'waiting';

-- Gives what is available to the first in line, at most 5,000 at once. The caller holds the inventory row.
-- Returns how many were granted.
create function grant_line(p bigint, at timestamptz) returns int language plpgsql as $$
declare
  i record;
  offer record;
  n int := 0;
begin
  select v.available, v.line_mode, v.opens_at, v.paused, v.hold_seconds, v.customer_limit, v.waiting, v.last_event into i from inventory v where v.product_id = p;
  if i.line_mode = 'open' or i.available = 0 or i.waiting = 0 or i.paused or i.opens_at > at then return 0; end if;
  if i.line_mode = 'lottery' and exists (select 1 from drop_sale d where d.product_id = p and d.drawn_at is null) then return 0; end if;
  select x.price_minor, x.currency into offer from product x where x.product_id = p and x.status = 'active';
  if not found then return 0; end if;
  with next as (
    select k.user_id, k.ticket_id, k.place from ticket k
    where k.product_id = p and k.state = 'waiting' and k.place is not null
      -- "offset 0" keeps this a look-up by customer: joined as a whole it was 12 million steps for 5,000 grants.
      and not exists (select 1 from reservation r where r.product_id = p and r.user_id = k.user_id and r.slot = 0 offset 0)
    order by k.place limit least(i.available, 5000)),
  given as (
    insert into reservation (product_id, user_id, reservation_id, nth, customer_limit, price_minor, currency, reserved_at, expires_at)
    select p, x.user_id, x.ticket_id,
           case when i.customer_limit is not null
             then first_free((select array_agg(r.slot) from reservation r where r.product_id = p and r.user_id = x.user_id and r.slot > 0)) end,
           i.customer_limit, offer.price_minor, offer.currency, at, at + make_interval(secs => i.hold_seconds)
    from next x returning user_id, reservation_id),
  marked as (
    update ticket k set state = 'granted', granted_at = at from given g where k.product_id = p and k.user_id = g.user_id),
  logged as (
    insert into line_event (product_id, sequence, kind, ticket_id, place, at)
    select p, i.last_event + row_number() over (order by x.place), 'granted', x.ticket_id, x.place, at from next x),
  told as (
    insert into outbox (product_id, message_id, kind, payload, at)
    select p, g.reservation_id || ':granted', 'line-granted',
           jsonb_build_object('reservationId', g.reservation_id, 'userId', g.user_id, 'productId', p,
                              'expiresAt', at + make_interval(secs => i.hold_seconds)), at
    from given g)
  select count(*) into n from given;
  if n > 0 then
    update inventory v set available = v.available - n, waiting = v.waiting - n, version = v.version + 1, last_event = v.last_event + n where v.product_id = p;
    if visible_stock(i.available) <> visible_stock(i.available - n) then
      insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
    end if;
  end if;
  return n;
end $$;
