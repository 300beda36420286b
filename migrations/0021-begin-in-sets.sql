-- begin_payments of 0012 in a few statements a batch, with the same outcomes and rows. Why they are written as they are: 0020.
-- Who asks twice in a batch is answered twice: the second time with the payment that the first one began.
create or replace function begin_payments(p bigint, at timestamptz, users bigint[], ids text[], tokens text[], addresses jsonb[], check_seconds int)
returns table (outcome text, id text, payment_state text, reservation text, amount bigint, money text, hold_expires timestamptz)
language plpgsql set enable_seqscan = off set enable_nestloop = off as $$
declare
  holders bigint[];
  holds text[];
  live payment[];                               -- payments of these holds
  standing payment[];                           -- of those who have no hold: their last payment
begin
  at := coalesce(at, clock_timestamp());
  perform 1 from inventory v where v.product_id = p for no key update;
  select array_agg(r.user_id), array_agg(r.reservation_id) into holders, holds
    from reservation r where r.product_id = p and r.user_id = any (users) and r.slot = 0;
  execute 'select array_agg(m) from payment m
           where m.product_id = $1 and m.reservation_id = any ($2) and m.state not in (''declined'', ''unsold'')'
    into live using p, holds;
  if exists (select 1 from unnest(users) u(buyer) where holders is null or u.buyer <> all (holders)) then
    execute 'select array_agg(m) from (
               select distinct on (m.user_id) m.* from payment m
               where m.user_id = any ($2) and m.product_id = $1 and m.state <> ''declined'' order by m.user_id, m.created_at desc) m'
      into standing using p, users;
  end if;

  return query
  with asked as (
    select distinct on (u.buyer) u.buyer, u.payment, u.token, u.address, u.n
    from unnest(users, ids, tokens, addresses) with ordinality u(buyer, payment, token, address, n) order by u.buyer, u.n),
  hold as (
    select r.user_id, r.reservation_id, r.price_minor, r.currency, r.expires_at
    from reservation r where r.product_id = p and r.user_id = any (users) and r.slot = 0),
  ended as (
    select e.user_id, e.reservation_id, e.at as ended_at from reservation_ended e where e.product_id = p and e.user_id = any (users)),
  answer as (
    select a.buyer, a.n, a.payment, a.token, a.address,
           case when l.payment_id is not null or m.payment_id is not null then 'existing'
                when h.expires_at > at then 'begun'
                when h.user_id is not null or e.user_id is not null then 'expired'
                else 'no-reservation' end as said,
           coalesce(l.payment_id, m.payment_id) as found_id, coalesce(l.state, m.state) as found_state,
           coalesce(h.reservation_id, m.reservation_id, e.reservation_id) as hold_id,
           coalesce(h.price_minor, m.amount_minor) as price, coalesce(h.currency, m.currency) as currency, h.expires_at
    from asked a left join hold h on h.user_id = a.buyer left join ended e on e.user_id = a.buyer
    left join unnest(live) l on l.reservation_id = h.reservation_id
    -- A payment of a hold that is gone stands, unless a later hold than that ran out.
    left join unnest(standing) m on m.user_id = a.buyer and h.user_id is null
      and (e.user_id is null or e.reservation_id = m.reservation_id or e.ended_at < m.created_at)),
  begun as (
    insert into payment (product_id, payment_id, reservation_id, user_id, state, amount_minor, currency, token, shipping_address,
                         check_at, created_at, updated_at)
    select p, a.payment, a.hold_id, a.buyer, 'processing', a.price, a.currency, a.token, a.address,
           at + make_interval(secs => check_seconds), at, at
    from answer a where a.said = 'begun'),
  -- A hold that is being paid for cannot expire: its outcome may be a charge.
  kept as (
    update reservation r set state = 'paying' from answer a
      where r.product_id = p and r.user_id = any (users) and r.slot = 0 and r.user_id = a.buyer and a.said = 'begun')
  select case when a.said = 'begun' and a.n <> u.n then 'existing' else a.said end,
         case when a.said = 'begun' then a.payment else a.found_id end,
         case when a.said = 'begun' then 'processing' else a.found_state end,
         a.hold_id, a.price, a.currency, a.expires_at
  from unnest(users) with ordinality u(buyer, n) join answer a on a.buyer = u.buyer order by u.n;
end $$;
