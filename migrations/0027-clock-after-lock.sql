-- The clock is read once the product's row is locked. Read before it, a hold that was granted after a wait for the lock was shorter by
-- that wait, and could bear an earlier time than one that had been granted meanwhile to somebody further in front.

create or replace function expire_batch(p bigint, at timestamptz, max_holds int)
returns table (expired int, available_after int, version_after bigint)
language plpgsql as $$
declare
  before int;
  has_line boolean;
  told int;
  last_told bigint;
begin
  select v.available, v.last_place > 0, v.last_event into before, has_line, last_told from inventory v where v.product_id = p for no key update;
  at := coalesce(at, clock_timestamp());
  with due as (
    select r.user_id from reservation r
    where r.product_id = p and r.state = 'held' and r.expires_at <= at order by r.expires_at limit max_holds),
  gone as (
    -- An array, because a join with "due" is planned for a few rows and was a loop within a loop: 25 million steps for 5,000 holds.
    delete from reservation r
    where r.product_id = p and r.user_id = any (array(select due.user_id from due)) and r.slot = 0 and r.state = 'held' and r.expires_at <= at
    returning r.user_id, r.reservation_id),
  kept as (
    insert into reservation_ended (product_id, user_id, reservation_id, reason, at)
    select p, g.user_id, g.reservation_id, 'expired', at from gone g
    on conflict (product_id, user_id) do update
      set reservation_id = excluded.reservation_id, reason = excluded.reason, at = excluded.at),
  lapsed as (
    update ticket k set state = 'lapsed' from gone g
    where has_line and k.product_id = p and k.user_id = g.user_id and k.ticket_id = g.reservation_id
    returning k.ticket_id),
  logged as (
    insert into line_event (product_id, sequence, kind, ticket_id, at)
    select p, last_told + row_number() over (), 'lapsed', l.ticket_id, at from lapsed l)
  select (select count(*) from gone), (select count(*) from lapsed) into expired, told;
  if expired > 0 then
    update inventory v set available = v.available + expired, version = v.version + 1, expired_count = v.expired_count + expired,
        last_event = v.last_event + told
      where v.product_id = p returning v.available, v.version into available_after, version_after;
    if visible_stock(before) <> visible_stock(available_after) then
      insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
    end if;
  end if;
  if has_line then perform grant_line(p, at); end if;
  return next;
end $$;

create or replace function release_hold(p bigint, at timestamptz, buyer bigint, id text)
returns table (outcome text)
language plpgsql as $$
declare
  before int;
  hold_state text;
begin
  select v.available into before from inventory v where v.product_id = p for no key update;
  at := coalesce(at, clock_timestamp());
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

create or replace function open_line(p bigint, at timestamptz) returns table (granted int, drawing boolean) language plpgsql as $$
declare
  i record;
begin
  select v.line_mode, v.opens_at into i from inventory v where v.product_id = p for no key update;
  at := coalesce(at, clock_timestamp());
  if i.line_mode = 'lottery' and i.opens_at <= at then perform close_draw(p, at); end if;
  granted := grant_line(p, at);
  drawing := i.line_mode = 'lottery' and exists (
    select 1 from drop_sale s where s.product_id = p and s.drawn_at is not null and coalesce(s.placed_tickets, -1) < s.drawn_tickets);
  return next;
end $$;
