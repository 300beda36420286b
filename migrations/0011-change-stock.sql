-- A seller's change of stock, never below what is held or sold.
-- outcome: changed | not-found | below-zero | too-many (beyond a billion units, which int still holds)
create function change_stock(p bigint, at timestamptz, owner bigint, id text, delta int, reason_given text, note_given text, by_user bigint)
returns table (outcome text, available_after int)
language plpgsql as $$
declare
  before int;
  total_before int;
begin
  at := coalesce(at, clock_timestamp());
  perform 1 from product x where x.product_id = p and x.seller_id = owner;
  if not found then outcome := 'not-found'; return next; return; end if;
  insert into inventory (product_id) values (p) on conflict do nothing;
  select v.available, v.total into before, total_before from inventory v where v.product_id = p for no key update;
  if before + delta < 0 then outcome := 'below-zero'; available_after := before; return next; return; end if;
  if total_before::bigint + delta > 1000000000 then outcome := 'too-many'; available_after := before; return next; return; end if;
  insert into stock_change (product_id, change_id, change, reason, note, user_id, at)
    values (p, id, delta, reason_given, note_given, by_user, at);
  update inventory v set total = v.total + delta, available = v.available + delta, version = v.version + 1
    where v.product_id = p returning v.available into available_after;
  if visible_stock(before) <> visible_stock(available_after) then
    insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
  end if;
  outcome := 'changed';
  return next;
end $$;
