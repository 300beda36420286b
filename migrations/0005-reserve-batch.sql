-- One unit each for many buyers of one product, in the order of the arrays.
-- outcome: unknown-product | line (one has to join it) | not-open-yet | closed | done
-- granted_count of them are in: all, or those whose reservation ids stand in granted, joined by commas (cheaper to read than an array); held: "user reservation state expires" of those who have an open hold already;
-- limited: users who are at their limit. Everyone else found nothing left.
create function reserve_batch(p bigint, at timestamptz, users bigint[], ids text[])
returns table (outcome text, granted_count int, granted text, expires timestamptz, price bigint, price_currency text,
               held_users bigint[], held_ids text[], held_states text[], held_expires timestamptz[], held_prices bigint[], held_currencies text[],
               limited bigint[], limit_each int, opens timestamptz, available_after int, version_after bigint)
language plpgsql as $$
declare
  i record;
  n int := 0;
  status text;
  buyers bigint[];
  nths int[];
begin
  select v.available, v.version, v.hold_seconds, v.customer_limit, v.opens_at, v.paused, v.line_mode into i
    from inventory v where v.product_id = p for no key update;
  if not found then outcome := 'unknown-product'; return next; return; end if;
  select x.price_minor, x.currency, x.status into price, price_currency, status from product x where x.product_id = p;
  if status is distinct from 'active' then outcome := 'unknown-product'; return next; return; end if;
  at := coalesce(at, clock_timestamp());
  available_after := i.available; version_after := i.version; limit_each := i.customer_limit; opens := i.opens_at;
  if i.line_mode <> 'open' then outcome := 'line'; return next; return; end if;
  if i.opens_at > at then outcome := 'not-open-yet'; return next; return; end if;
  if i.paused then outcome := 'closed'; return next; return; end if;
  outcome := 'done';
  expires := at + make_interval(secs => i.hold_seconds);

  if i.customer_limit is not null then
    -- Held and bought count together, so an open hold already is one of them; who has one is answered as a holder.
    select array_agg(s.user_id) filter (where s.bought >= i.customer_limit and s.open = 0),
           array_agg(s.user_id) filter (where s.bought > 0), array_agg(first_free(s.slots)) filter (where s.bought > 0)
      into limited, buyers, nths from (
      select r.user_id, count(*) filter (where r.slot > 0)::int as bought, count(*) filter (where r.slot = 0) as open,
             array_agg(r.slot) filter (where r.slot > 0) as slots
      from reservation r where r.product_id = p and r.user_id = any (users) group by r.user_id) s;
  end if;

  -- Each statement below sees a snapshot taken after the lock, so no second batch can come between.
  if i.available >= cardinality(users) then
    with ins as (
      insert into reservation (product_id, user_id, reservation_id, nth, customer_limit, price_minor, currency, reserved_at, expires_at)
      select p, r.u, r.k, case when i.customer_limit is not null then coalesce(nths[array_position(buyers, r.u)], 1) end, i.customer_limit, price, price_currency, at, expires from unnest(users, ids) r(u, k)
      where limited is null or r.u <> all (limited)
      on conflict do nothing returning reservation_id)
    select string_agg(reservation_id, ','), count(*) into granted, n from ins;
  elsif i.available > 0 then
    -- The last units: whoever holds already must not eat the limit, and nobody may stand in it twice.
    with ins as (
      insert into reservation (product_id, user_id, reservation_id, nth, customer_limit, price_minor, currency, reserved_at, expires_at)
      select p, d.u, d.k, case when i.customer_limit is not null then coalesce(nths[array_position(buyers, d.u)], 1) end, i.customer_limit, price, price_currency, at, expires from (
        select distinct on (r.u) r.u, r.k, r.o from unnest(users, ids) with ordinality r(u, k, o)
        where (limited is null or r.u <> all (limited))
          and not exists (select 1 from reservation x where x.product_id = p and x.user_id = r.u and x.slot = 0)
        order by r.u, r.o) d
      order by d.o limit i.available
      on conflict do nothing returning reservation_id)
    select string_agg(reservation_id, ','), count(*) into granted, n from ins;
  end if;

  if n > 0 then
    update inventory v set available = v.available - n, version = v.version + 1 where v.product_id = p;
    available_after := i.available - n; version_after := i.version + 1;
    if visible_stock(i.available) <> visible_stock(available_after) then
      insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
    end if;
  end if;
  granted_count := n;
  if n = cardinality(users) then
    granted := null;
  else
    select array_agg(r.user_id), array_agg(r.reservation_id), array_agg(r.state), array_agg(r.expires_at),
           array_agg(r.price_minor), array_agg(r.currency)
      into held_users, held_ids, held_states, held_expires, held_prices, held_currencies
      from reservation r where r.product_id = p and r.user_id = any (users) and r.slot = 0;
  end if;
  return next;
end $$;
