-- Gives back the units of holds that ran out, at most max_holds of one product. Where there is a line, its first ones get them.
create function expire_batch(p bigint, at timestamptz, max_holds int)
returns table (expired int, available_after int, version_after bigint)
language plpgsql as $$
declare
  before int;
  has_line boolean;
begin
  at := coalesce(at, clock_timestamp());
  select v.available, v.line_mode <> 'open' into before, has_line from inventory v where v.product_id = p for no key update;
  with due as (
    select r.user_id from reservation r
    where r.product_id = p and r.state = 'held' and r.expires_at <= at order by r.expires_at limit max_holds),
  gone as (
    delete from reservation r using due
    where r.product_id = p and r.user_id = due.user_id and r.slot = 0 and r.state = 'held' and r.expires_at <= at
    returning r.user_id, r.reservation_id),
  kept as (
    insert into reservation_ended (product_id, user_id, reservation_id, reason, at)
    select p, g.user_id, g.reservation_id, 'expired', at from gone g
    on conflict (product_id, user_id) do update
      set reservation_id = excluded.reservation_id, reason = excluded.reason, at = excluded.at),
  lapsed as (
    update ticket k set state = 'lapsed' from gone g
    where has_line and k.product_id = p and k.user_id = g.user_id and k.ticket_id = g.reservation_id)
  select count(*) into expired from gone;
  if expired > 0 then
    update inventory v set available = v.available + expired, version = v.version + 1, expired_count = v.expired_count + expired
      where v.product_id = p returning v.available, v.version into available_after, version_after;
    if visible_stock(before) <> visible_stock(available_after) then
      insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
    end if;
  end if;
  if has_line then perform grant_line(p, at); end if;
  return next;
end $$;
