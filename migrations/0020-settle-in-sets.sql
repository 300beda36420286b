-- settle_batch of 0013 in a handful of statements a batch instead of a dozen a payment, with the same outcomes and rows.
-- Two payments of one buyer move the same rows of the reservation table, so a batch runs in stretches in which every buyer comes
-- once: as a rule one. Within it the order of the arrays decides who gets the last free units, and how the line's events follow.
--
-- Plans are kept by each connection. One that was made when the tables were small reads them as a whole, and for a minute, until
-- statistics are taken again, each payment read all payments before it: batches of 200 took seconds and held the product's row.
-- So no table is ever read as a whole here: each is entered by its primary key, `any (array)`, and joined by hash. What is looked up
-- by another key is planned each time (`execute`): while a table is small, the index that begins with the product seems as good.
create or replace function settle_batch(p bigint, at timestamptz, ids text[], results text[], charges text[], brands text[], last4s text[],
                                        captures timestamptz[], details text[], new_orders text[], new_refunds text[],
                                        fee_basis_points int, earliest date, latest date, check_seconds int)
returns table (outcome text, order_of_payment text)
language plpgsql set enable_seqscan = off set enable_nestloop = off as $$
declare
  stock record;
  offer record;
  shop record;
  has_line boolean;
  buyers bigint[];
  head int := 1;                                -- the stretch that runs: its first and last place in the arrays
  tail int;
  one_stretch record;
  outcomes text[] := '{}';
  order_ids text[] := '{}';
  placed int[] := '{}';                         -- places in the arrays of those that became orders now
  amounts bigint[] := '{}';                     -- of them
  currencies text[] := '{}';
  again boolean := false;                       -- some had been sold before
  taken int := 0;                               -- free units given to late captures
  told int := 0;                                -- events of the line
  gave_up int := 0;
  last_number bigint;
begin
  at := coalesce(at, clock_timestamp());
  select v.available, v.customer_limit, v.last_place, v.last_event into stock from inventory v where v.product_id = p for no key update;
  has_line := stock.last_place > 0;
  select x.seller_id, x.title into offer from product x where x.product_id = p;
  select s.tax_basis_points, s.name, s.address, s.tax_number into shop from seller s where s.seller_id = offer.seller_id;
  -- In the order of their ids, like whoever wakes payments: two that lock some of the same rows must not wait for each other.
  perform 1 from payment x where x.product_id = p and x.payment_id = any (ids) order by x.payment_id for no key update;
  select array_agg(x.user_id order by u.n) into buyers
    from unnest(ids) with ordinality u(id, n)
    left join payment x on x.product_id = p and x.payment_id = any (ids) and x.payment_id = u.id;

  while head <= cardinality(ids) loop
    select coalesce(min(k.n) - 1, cardinality(ids)) into tail
      from (select u.n, lag(u.n) over (partition by u.buyer order by u.n) as before
            from unnest(buyers) with ordinality u(buyer, n) where u.buyer is not null) k
      where k.before >= head;

    with given as (
      select u.n, u.id, u.result, u.charge, u.brand, u.last4, u.captured, u.detail, u.new_order, u.new_refund
      from unnest(ids, results, charges, brands, last4s, captures, details, new_orders, new_refunds) with ordinality
        u(id, result, charge, brand, last4, captured, detail, new_order, new_refund, n)
      where u.n between head and tail),
    known as (
      select m.payment_id, m.state, m.user_id, m.reservation_id, m.amount_minor, m.currency, m.shipping_address
      from payment m where m.product_id = p and m.payment_id = any (ids)),
    -- An open hold stands in slot 0, and the slot of its nth is kept for it.
    owned as (
      select r.user_id, count(*) filter (where r.slot >= 0) as units, max(r.reservation_id) filter (where r.slot = 0) as hold,
             first_free(array_agg(case when r.slot > 0 then r.slot else r.nth end)
                          filter (where r.slot > 0 or r.slot = 0 and r.nth is not null)) as free_slot
      from reservation r where r.product_id = p and r.user_id = any (buyers) group by r.user_id),
    -- What each one asks for. sold: the hold is there; late: it has ended, so a free unit is needed; what begins with "was" moves nothing.
    item as (
      select g.n, g.id, g.charge, g.brand, g.last4, g.captured, g.detail, g.new_order, g.new_refund,
             m.user_id, m.reservation_id, m.amount_minor, m.currency, m.shipping_address,
             coalesce(o.units, 0) as units, coalesce(o.free_slot, 1) as free_slot,
             case when m.state is null then 'unknown-payment'
                  when m.state = 'succeeded' then 'was-sold'
                  when m.state = 'unsold' then 'was-unsold'
                  when g.result = 'succeeded' and m.state = 'declined' then 'unsold'
                  when g.result = 'succeeded' and o.hold = m.reservation_id then 'sold'
                  when g.result = 'succeeded' then 'late'
                  when m.state = 'declined' then 'was-declined'
                  when g.result = m.state then 'was-asked'
                  else g.result end as asks
      from given g left join known m on m.payment_id = g.id
      left join owned o on o.user_id = m.user_id),
    in_time as (
      select i.n from item i
      where i.asks = 'late' and (stock.customer_limit is null or i.units < stock.customer_limit)
      order by i.n limit greatest(stock.available - taken, 0)),
    decided as (
      select i.*, case when i.asks = 'late' and t.n is null then 'unsold' else i.asks end as step
      from item i left join in_time t on t.n = i.n),
    sold as (select d.*, d.amount_minor * fee_basis_points / 10000 as fee from decided d where d.step in ('sold', 'late')),
    unsold as (select d.* from decided d where d.step = 'unsold'),
    paid as (
      update payment x set
          state = case when d.step in ('sold', 'late') then 'succeeded' when d.step = 'was-declined' then x.state else d.step end,
          charge_id = case when d.step = 'was-declined' then x.charge_id else d.charge end,
          decline_code = case d.step when 'declined' then d.detail when 'requires_action' then null else x.decline_code end,
          action_url = case d.step when 'requires_action' then d.detail when 'declined' then null else x.action_url end,
          method_brand = case when d.step in ('sold', 'late', 'unsold') then d.brand else x.method_brand end,
          method_last4 = case when d.step in ('sold', 'late', 'unsold') then d.last4 else x.method_last4 end,
          captured_at = case when d.step in ('sold', 'late', 'unsold') then d.captured end,
          updated_at = case when d.step = 'was-declined' then x.updated_at else at end,
          check_at = case when d.step = 'requires_action' then at + make_interval(secs => check_seconds) end
        from decided d
        where x.product_id = p and x.payment_id = any (ids) and x.payment_id = d.id
          and d.step in ('sold', 'late', 'unsold', 'declined', 'requires_action', 'was-declined')),
    -- After a refusal the hold runs on as it did: another card may be tried, and a bank's page left open must not keep the unit.
    moved as (
      update reservation r set state = case d.step when 'sold' then 'sold' else 'held' end,
          slot = case d.step when 'sold' then coalesce(r.nth, d.free_slot) else 0 end
        from decided d
        where r.product_id = p and r.user_id = any (buyers) and r.slot = 0
          and r.user_id = d.user_id and r.reservation_id = d.reservation_id
          and (d.step = 'sold' or d.step in ('declined', 'requires_action') and r.state = 'paying')),
    found as (
      insert into reservation (product_id, user_id, slot, reservation_id, state, nth, customer_limit, price_minor, currency, reserved_at, expires_at)
      select p, s.user_id, s.free_slot, s.reservation_id, 'sold', case when stock.customer_limit is not null then s.free_slot end,
             stock.customer_limit, s.amount_minor, s.currency, at, at
      from sold s where s.step = 'late'),
    -- Who is at the limit now cannot be granted another one, and would stop the line.
    left_line as (
      update ticket k set state = 'left' from sold s
        where has_line and k.product_id = p and k.user_id = any (buyers) and k.user_id = s.user_id and k.state = 'waiting'
          and s.step = 'late' and s.units + 1 >= stock.customer_limit
        returning s.n, k.ticket_id, k.place),
    bought as (
      update ticket k set state = 'bought' from sold s
        where has_line and k.product_id = p and k.user_id = any (buyers) and k.user_id = s.user_id and k.ticket_id = s.reservation_id),
    news as (
      select l.n, 'left' as kind, l.ticket_id, null::bigint as user_id, l.place from left_line l
      union all
      select s.n, 'bought', s.reservation_id, s.user_id, null from sold s where has_line),
    logged as (
      insert into line_event (product_id, sequence, kind, ticket_id, user_id, place, at)
      select p, stock.last_event + told + row_number() over (order by e.n, e.kind desc), e.kind, e.ticket_id, e.user_id, e.place, at from news e),
    ordered as (
      insert into orders (product_id, order_id, reservation_id, payment_id, user_id, seller_id, state, title, price_minor, currency,
                          shipping_address, earliest_delivery, latest_delivery, placed_at)
      select p, s.new_order, s.reservation_id, s.id, s.user_id, offer.seller_id, 'placed', offer.title, s.amount_minor, s.currency,
             s.shipping_address, earliest, latest, at
      from sold s),
    begun as (
      insert into order_event (product_id, order_id, sequence, state, at, note)
      select p, s.new_order, 1, 'placed', at, 'Paid' from sold s),
    owed as (
      insert into refund (product_id, refund_id, payment_id, state, amount_minor, currency, reason, check_at, created_at)
      select p, u.new_refund, u.id, 'due', u.amount_minor, u.currency, 'no unit was left when the payment came through', at, at from unsold u),
    posted as (
      insert into ledger_entry (product_id, posting_id, account, seller_id, kind, amount_minor, currency, at)
      select p, s.id, e.account, offer.seller_id, 'sale', e.amount, s.currency, at
      from sold s cross join lateral (values ('provider', s.amount_minor), ('seller', s.fee - s.amount_minor), ('fee', -s.fee)) e(account, amount)
      union all
      select p, e.posting_id, e.account, offer.seller_id, e.kind, e.amount, u.currency, at
      from unsold u cross join lateral (values
        (u.id, 'provider', 'unsold', u.amount_minor), (u.id, 'buyer', 'unsold', -u.amount_minor),
        (u.new_refund, 'provider', 'refund', -u.amount_minor), (u.new_refund, 'buyer', 'refund', u.amount_minor)) e(posting_id, account, kind, amount)),
    sent as (
      insert into outbox (product_id, message_id, kind, payload, at)
      select p, s.new_order || ':1', 'order-placed',
             jsonb_build_object('orderId', s.new_order, 'userId', s.user_id, 'sellerId', offer.seller_id, 'placedAt', at, 'state', 'placed', 'sequence', 1), at
      from sold s
      union all
      select p, u.new_refund, 'payment-unsold',
             jsonb_build_object('paymentId', u.id, 'userId', u.user_id, 'productId', p, 'title', offer.title, 'amountMinor', u.amount_minor, 'currency', u.currency), at
      from unsold u)
    select array_agg(case when d.step in ('sold', 'late', 'was-sold') then 'sold' when d.step = 'was-unsold' then 'unsold'
                          when d.step = 'was-declined' then 'declined' when d.step = 'was-asked' then 'requires_action'
                          else d.step end order by d.n) as outcomes,
           array_agg(case when d.step in ('sold', 'late') then d.new_order end order by d.n) as order_ids,
           bool_or(d.step = 'was-sold') as again,
           array_agg(d.n order by d.n) filter (where d.step in ('sold', 'late')) as placed,
           array_agg(d.amount_minor order by d.n) filter (where d.step in ('sold', 'late')) as amounts,
           array_agg(d.currency order by d.n) filter (where d.step in ('sold', 'late')) as currencies,
           count(*) filter (where d.step = 'late') as taken, (select count(*) from left_line) as gave_up, (select count(*) from news) as told
      into one_stretch from decided d;

    outcomes := outcomes || one_stretch.outcomes;
    order_ids := order_ids || one_stretch.order_ids;
    placed := placed || one_stretch.placed::int[];
    amounts := amounts || one_stretch.amounts;
    currencies := currencies || one_stretch.currencies;
    again := again or one_stretch.again;
    taken := taken + one_stretch.taken;
    gave_up := gave_up + one_stretch.gave_up;
    told := told + one_stretch.told;
    head := tail + 1;
  end loop;

  if taken > 0 or told > 0 then
    update inventory v set available = v.available - taken, version = v.version + (taken > 0)::int, last_event = v.last_event + told,
        waiting = v.waiting - gave_up
      where v.product_id = p;
  end if;
  if visible_stock(stock.available) <> visible_stock(stock.available - taken) then
    insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
  end if;
  if cardinality(placed) > 0 then
    -- Last of all locks: products of one seller share this row.
    insert into receipt_counter as c (seller_id, last_number) values (offer.seller_id, cardinality(placed))
      on conflict (seller_id) do update set last_number = c.last_number + excluded.last_number
      returning c.last_number into last_number;
    insert into receipt (product_id, order_id, seller_id, number, seller_name, seller_address, seller_tax_number, amount_minor, tax_minor, tax_basis_points, currency, paid_at, method_brand, method_last4)
      select p, new_orders[s.n], offer.seller_id, last_number - cardinality(placed) + s.nth,
             shop.name, shop.address, shop.tax_number, s.amount,
             s.amount - round(s.amount * 10000.0 / (10000 + shop.tax_basis_points)), shop.tax_basis_points, s.currency,
             captures[s.n], brands[s.n], last4s[s.n]
      from unnest(placed, amounts, currencies) with ordinality s(n, amount, currency, nth);
  end if;
  if again then
    execute 'select array_agg(coalesce(u.order_id, o.order_id) order by u.n)
             from unnest($2, $3, $4) with ordinality u(id, outcome, order_id, n)
             left join orders o on o.product_id = $1 and o.payment_id = any ($2) and o.payment_id = u.id and u.outcome = ''sold'''
      into order_ids using p, ids, outcomes, order_ids;
  end if;
  return query select u.outcome, u.order_id from unnest(outcomes, order_ids) with ordinality u(outcome, order_id, n) order by u.n;
end $$;
