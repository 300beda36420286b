-- What the provider said about payments of one product, made true in one transaction: the sale of the unit, the order,
-- its first event, the receipt and its number, the ledger and the news for everyone else.
-- result in: succeeded | declined | requires_action. outcome, one a payment in the order of the arrays:
--   sold | unsold (captured, no unit left: a refund is due) | declined | requires_action | unknown-payment
-- A payment that was settled before is answered as it was then, and nothing moves.
create function settle_batch(p bigint, at timestamptz, ids text[], results text[], charges text[], brands text[], last4s text[],
                             captures timestamptz[], details text[], new_orders text[], new_refunds text[],
                             fee_basis_points int, earliest date, latest date, check_seconds int)
returns table (outcome text, order_of_payment text)
language plpgsql as $$
declare
  q record;
  m record;
  stock record;
  offer record;
  bought int;
  free_slot int;
  has_unit boolean;
  fee bigint;
  taken int := 0;
  has_line boolean;
  told int := 0;                                -- events of the line
  left_waiting record;
  gave_up int := 0;
  placed text[] := '{}';
  last_number bigint;
begin
  at := coalesce(at, clock_timestamp());
  select v.available, v.customer_limit, v.last_place, v.last_event into stock from inventory v where v.product_id = p for no key update;
  has_line := stock.last_place > 0;
  select x.seller_id, x.title, s.tax_basis_points, s.name, s.address, s.tax_number into offer from product x join seller s on s.seller_id = x.seller_id where x.product_id = p;
  for q in select * from unnest(ids, results, charges, brands, last4s, captures, details, new_orders, new_refunds) with ordinality
             u(id, result, charge, brand, last4, captured, detail, new_order, new_refund, n) order by n loop
    outcome := null; order_of_payment := null;
    select x.* into m from payment x where x.product_id = p and x.payment_id = q.id for no key update;
    if not found then
      outcome := 'unknown-payment'; return next; continue;
    elsif m.state = 'succeeded' then
      select o.order_id into order_of_payment from orders o where o.product_id = p and o.payment_id = q.id;
      outcome := 'sold'; return next; continue;
    elsif m.state = 'unsold' then
      outcome := 'unsold'; return next; continue;
    elsif q.result <> 'succeeded' then
      if m.state = 'declined' or (q.result = 'requires_action' and m.state = 'requires_action') then
        if m.state = 'declined' then
          update payment x set check_at = null where x.product_id = p and x.payment_id = q.id;
        end if;
        outcome := m.state; return next; continue;
      end if;
      update payment x set state = q.result, charge_id = q.charge, updated_at = at,
          decline_code = case when q.result = 'declined' then q.detail end,
          action_url = case when q.result = 'requires_action' then q.detail end,
          check_at = case when q.result = 'requires_action' then at + make_interval(secs => check_seconds) end
        where x.product_id = p and x.payment_id = q.id;
      -- The hold runs on as it did: another card may be tried, and a bank's page left open must not keep the unit.
      update reservation r set state = 'held'
        where r.product_id = p and r.user_id = m.user_id and r.slot = 0 and r.reservation_id = m.reservation_id and r.state = 'paying';
      outcome := q.result; return next; continue;
    end if;

    has_unit := false;
    if m.state <> 'declined' then
      -- An open hold stands in slot 0, and the slot of its nth is kept for it.
      select count(*) filter (where r.slot >= 0),
             first_free(array_agg(case when r.slot > 0 then r.slot else r.nth end) filter (where r.slot > 0 or r.slot = 0 and r.nth is not null))
        into bought, free_slot
        from reservation r where r.product_id = p and r.user_id = m.user_id;
      update reservation r set state = 'sold', slot = coalesce(r.nth, free_slot)
        where r.product_id = p and r.user_id = m.user_id and r.slot = 0 and r.reservation_id = m.reservation_id;
      has_unit := found;
      if not has_unit and stock.available - taken > 0 and (stock.customer_limit is null or bought < stock.customer_limit) then
        insert into reservation (product_id, user_id, slot, reservation_id, state, nth, customer_limit, price_minor, currency, reserved_at, expires_at)
          values (p, m.user_id, free_slot, m.reservation_id, 'sold', case when stock.customer_limit is not null then free_slot end,
                  stock.customer_limit, m.amount_minor, m.currency, at, at);
        taken := taken + 1;
        has_unit := true;
        -- Who is at the limit now cannot be granted another one, and would stop the line.
        if has_line and bought + 1 >= stock.customer_limit then
          update ticket k set state = 'left' where k.product_id = p and k.user_id = m.user_id and k.state = 'waiting'
            returning k.ticket_id, k.place into left_waiting;
          if found then
            told := told + 1;
            gave_up := gave_up + 1;
            insert into line_event (product_id, sequence, kind, ticket_id, place, at)
              values (p, stock.last_event + told, 'left', left_waiting.ticket_id, left_waiting.place, at);
          end if;
        end if;
      end if;
    end if;
    update payment x set state = case when has_unit then 'succeeded' else 'unsold' end, charge_id = q.charge, method_brand = q.brand,
        method_last4 = q.last4, captured_at = q.captured, updated_at = at, check_at = null
      where x.product_id = p and x.payment_id = q.id;
    if has_unit and has_line then
      update ticket k set state = 'bought' where k.product_id = p and k.user_id = m.user_id and k.ticket_id = m.reservation_id;
      told := told + 1;
      insert into line_event (product_id, sequence, kind, ticket_id, user_id, at)
        values (p, stock.last_event + told, 'bought', m.reservation_id, m.user_id, at);
    end if;
    if not has_unit then
      insert into refund (product_id, refund_id, payment_id, state, amount_minor, currency, reason, check_at, created_at)
        values (p, q.new_refund, q.id, 'due', m.amount_minor, m.currency, 'no unit was left when the payment came through', at, at);
      insert into ledger_entry (product_id, posting_id, account, seller_id, kind, amount_minor, currency, at) values
        (p, q.id, 'provider', offer.seller_id, 'unsold', m.amount_minor, m.currency, at),
        (p, q.id, 'buyer', offer.seller_id, 'unsold', -m.amount_minor, m.currency, at),
        (p, q.new_refund, 'provider', offer.seller_id, 'refund', -m.amount_minor, m.currency, at),
        (p, q.new_refund, 'buyer', offer.seller_id, 'refund', m.amount_minor, m.currency, at);
      insert into outbox (product_id, message_id, kind, payload, at) values (p, q.new_refund, 'payment-unsold',
        jsonb_build_object('paymentId', q.id, 'userId', m.user_id, 'productId', p, 'title', offer.title, 'amountMinor', m.amount_minor, 'currency', m.currency), at);
      outcome := 'unsold'; return next; continue;
    end if;

    insert into orders (product_id, order_id, reservation_id, payment_id, user_id, seller_id, state, title, price_minor, currency,
                        shipping_address, earliest_delivery, latest_delivery, placed_at)
      values (p, q.new_order, m.reservation_id, q.id, m.user_id, offer.seller_id, 'placed', offer.title, m.amount_minor, m.currency,
              m.shipping_address, earliest, latest, at);
    insert into order_event (product_id, order_id, sequence, state, at, note) values (p, q.new_order, 1, 'placed', at, 'Paid');
    fee := m.amount_minor * fee_basis_points / 10000;
    insert into ledger_entry (product_id, posting_id, account, seller_id, kind, amount_minor, currency, at) values
      (p, q.id, 'provider', offer.seller_id, 'sale', m.amount_minor, m.currency, at),
      (p, q.id, 'seller', offer.seller_id, 'sale', fee - m.amount_minor, m.currency, at),
      (p, q.id, 'fee', offer.seller_id, 'sale', -fee, m.currency, at);
    insert into outbox (product_id, message_id, kind, payload, at) values (p, q.new_order || ':1', 'order-placed',
      jsonb_build_object('orderId', q.new_order, 'userId', m.user_id, 'sellerId', offer.seller_id, 'placedAt', at, 'state', 'placed', 'sequence', 1), at);
    placed := placed || q.new_order;
    outcome := 'sold'; order_of_payment := q.new_order;
    return next;
  end loop;

  if taken > 0 then
    update inventory v set available = v.available - taken, version = v.version + 1 where v.product_id = p;
    if visible_stock(stock.available) <> visible_stock(stock.available - taken) then
      insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
    end if;
  end if;
  if told > 0 then
    update inventory v set last_event = v.last_event + told, waiting = v.waiting - gave_up where v.product_id = p;
  end if;
  if cardinality(placed) > 0 then
    -- Last of all locks: products of one seller share this row.
    insert into receipt_counter as c (seller_id, last_number) values (offer.seller_id, cardinality(placed))
      on conflict (seller_id) do update set last_number = c.last_number + excluded.last_number
      returning c.last_number into last_number;
    insert into receipt (product_id, order_id, seller_id, number, seller_name, seller_address, seller_tax_number, amount_minor, tax_minor, tax_basis_points, currency, paid_at, method_brand, method_last4)
      select p, o.order_id, offer.seller_id, last_number - cardinality(placed) + n.ordinal,
             offer.name, offer.address, offer.tax_number, o.price_minor,
             o.price_minor - round(o.price_minor * 10000.0 / (10000 + offer.tax_basis_points)), offer.tax_basis_points, o.currency,
             x.captured_at, x.method_brand, x.method_last4
      from unnest(placed) with ordinality n(order_id, ordinal)
      join orders o on o.product_id = p and o.order_id = n.order_id
      join payment x on x.product_id = p and x.payment_id = o.payment_id;
  end if;
end $$;
