-- A buyer lets an open hold go. outcome: released | paying | gone
create function release_hold(p bigint, at timestamptz, buyer bigint, id text)
returns table (outcome text)
language plpgsql as $$
declare
  before int;
  hold_state text;
begin
  at := coalesce(at, clock_timestamp());
  select v.available into before from inventory v where v.product_id = p for no key update;
  select r.state into hold_state from reservation r
    where r.product_id = p and r.user_id = buyer and r.slot = 0 and r.reservation_id = id;
  if not found then outcome := 'gone'; return next; return; end if;
  if hold_state <> 'held' then outcome := 'paying'; return next; return; end if;
  delete from reservation r where r.product_id = p and r.user_id = buyer and r.slot = 0;
  insert into reservation_ended (product_id, user_id, reservation_id, reason, at) values (p, buyer, id, 'released', at)
    on conflict (product_id, user_id) do update
      set reservation_id = excluded.reservation_id, reason = excluded.reason, at = excluded.at;
  update inventory v set available = v.available + 1, version = v.version + 1, released_count = v.released_count + 1
    where v.product_id = p;
  if visible_stock(before) <> visible_stock(before + 1) then
    insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
  end if;
  update ticket k set state = 'left' where k.product_id = p and k.user_id = buyer and k.ticket_id = id;
  if found then
    insert into line_event (product_id, sequence, kind, ticket_id, at)
      select p, v.last_event + 1, 'left', id, at from inventory v where v.product_id = p;
    update inventory v set last_event = v.last_event + 1 where v.product_id = p;
  end if;
  perform grant_line(p, at);
  outcome := 'released';
  return next;
end $$;
