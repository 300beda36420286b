-- Takes an order back and writes down the refund that is due for it, once.
-- target: cancelled (before it is shipped; the unit goes back on sale) or refunded. The caller is its buyer or its seller.
-- outcome: refunded | already | wrong-state | not-found
create function refund_order(p bigint, at timestamptz, id text, buyer bigint, owner bigint, target text, from_states text[], note_given text, new_refund text)
returns table (outcome text, refund text, state_now text, seq int)
language plpgsql as $$
declare
  before int;
  has_line boolean;
  told bigint;
  o record;
  fee bigint;
begin
  at := coalesce(at, clock_timestamp());
  select v.available, v.last_place > 0, v.last_event into before, has_line, told from inventory v where v.product_id = p for no key update;
  select x.* into o from orders x
    where x.product_id = p and x.order_id = id and (x.user_id = buyer or x.seller_id = owner) for no key update;
  if not found then outcome := 'not-found'; return next; return; end if;
  state_now := o.state;
  select r.refund_id into refund from refund r where r.product_id = p and r.payment_id = o.payment_id;
  if found then outcome := 'already'; return next; return; end if;
  if not o.state = any (from_states) then outcome := 'wrong-state'; return next; return; end if;

  seq := o.last_sequence + 1;
  update orders x set state = target, last_sequence = seq where x.product_id = p and x.order_id = id;
  insert into order_event (product_id, order_id, sequence, state, at, note) values (p, id, seq, target, at, note_given);
  insert into refund (product_id, refund_id, payment_id, state, amount_minor, currency, reason, check_at, created_at)
    values (p, new_refund, o.payment_id, 'due', o.price_minor, o.currency, note_given, at, at);
  select -l.amount_minor into fee from ledger_entry l where l.product_id = p and l.posting_id = o.payment_id and l.account = 'fee';
  insert into ledger_entry (product_id, posting_id, account, seller_id, kind, amount_minor, currency, at) values
    (p, new_refund, 'provider', o.seller_id, 'refund', -o.price_minor, o.currency, at),
    (p, new_refund, 'seller', o.seller_id, 'refund', o.price_minor - fee, o.currency, at),
    (p, new_refund, 'fee', o.seller_id, 'refund', fee, o.currency, at);
  if target = 'cancelled' then
    update reservation r set state = 'returned',
        slot = (select least(min(l.slot), 0) - 1 from reservation l where l.product_id = p and l.user_id = o.user_id)
      where r.product_id = p and r.user_id = o.user_id and r.reservation_id = o.reservation_id and r.state = 'sold';
    if has_line then
      told := told + 1;
      insert into line_event (product_id, sequence, kind, ticket_id, user_id, at)
        values (p, told, 'returned', o.reservation_id, o.user_id, at);
    end if;
    update inventory v set available = v.available + 1, version = v.version + 1, last_event = told where v.product_id = p;
    if visible_stock(before) <> visible_stock(before + 1) then
      insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
    end if;
  end if;
  insert into outbox (product_id, message_id, kind, payload, at) values (p, id || ':' || seq, 'order-moved',
    jsonb_build_object('orderId', id, 'userId', o.user_id, 'sellerId', o.seller_id, 'placedAt', o.placed_at, 'state', target, 'sequence', seq), at);
  outcome := 'refunded'; refund := new_refund; state_now := target;
  return next;
end $$;
