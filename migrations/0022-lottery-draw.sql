-- The draw of a lottery in steps: 100,000 places given out in one took 3 to 9 s, in which nobody could join, leave or pay. At the
-- opening the list is closed by counting it (close_draw): who joins from then on stands behind the drawn ones, and who leaves has
-- taken part. The order is computed beside the line (number_draw), and the places are written some thousands at a time
-- (place_drawn), each time followed by their grants.

-- The tickets of each draw that was made, in its order, for anyone to check. Rows are only ever added.
create table drawn_ticket (
  product_id bigint not null,
  draw bigint not null,                         -- the sequence of the draw among the line's events
  place bigint not null,
  user_id bigint not null,
  ticket_id text collate "C" not null,
  joined_at timestamptz not null,
  primary key (product_id, draw, place)
);

alter table drop_sale add column draw bigint;
alter table drop_sale add column placed_tickets int; -- so many of the drawn have their place written; null: the order is not computed yet

-- Draws from before have no list yet; the worker makes it.
update drop_sale s set draw = (select max(e.sequence) from line_event e where e.product_id = s.product_id and e.kind = 'drawn')
  where s.drawn_at is not null;

-- Closes the list of a lottery, once. The caller holds the inventory row, and it is time.
create function close_draw(p bigint, at timestamptz) returns void language plpgsql as $$
declare
  i record;
  seed_told bytea;
begin
  select v.waiting, v.last_event into i from inventory v where v.product_id = p;
  update drop_sale s set drawn_at = at, drawn_tickets = i.waiting, draw = i.last_event + 1, placed_tickets = case i.waiting when 0 then 0 end
    where s.product_id = p and s.drawn_at is null returning s.seed into seed_told;
  if not found then return; end if;
  -- Above 0, because that says that the product has a line.
  update inventory v set last_place = greatest(i.waiting, 1), last_event = v.last_event + 1 where v.product_id = p;
  insert into line_event (product_id, sequence, kind, at, detail)
    values (p, i.last_event + 1, 'drawn', at, jsonb_build_object('seed', encode(seed_told, 'hex'), 'tickets', i.waiting));
end $$;

-- Computes the order of a closed list, once: that of SHA-256(seed || ticket id), which anyone can compute again. Its list is made
-- of events, which do not change, so it needs no lock of the line.
create function number_draw(p bigint) returns void language plpgsql as $$
declare
  d record;
  announced bigint;
begin
  select s.draw, s.seed into d from drop_sale s
    where s.product_id = p and s.drawn_at is not null and s.placed_tickets is null for update;
  if not found then return; end if;
  select max(e.sequence) into announced from line_event e where e.product_id = p and e.sequence < d.draw and e.kind = 'announced';
  insert into drawn_ticket (product_id, draw, place, user_id, ticket_id, joined_at)
    select p, d.draw, row_number() over (order by sha256(d.seed || convert_to(e.ticket_id, 'UTF8')), e.ticket_id), e.user_id, e.ticket_id, e.at
    from line_event e
    where e.product_id = p and e.sequence > announced and e.sequence < d.draw and e.kind = 'joined'
      -- "not in" is a hashed look-up whatever the planner expects; it guesses few rows in a table that has just grown.
      and e.ticket_id not in (select l.ticket_id from line_event l
                              where l.product_id = p and l.sequence > announced and l.sequence < d.draw and l.kind = 'left');
  update drop_sale s set placed_tickets = 0 where s.product_id = p;
end $$;

-- Writes the places of the next drawn tickets. Not under the lock of the line: only who leaves meanwhile waits for it.
create function place_drawn(p bigint, max_tickets int) returns table (placed int) language plpgsql as $$
declare
  d record;
begin
  perform number_draw(p);
  select s.draw, s.placed_tickets as before, least(s.placed_tickets + max_tickets, s.drawn_tickets) as after into d from drop_sale s
    where s.product_id = p and s.drawn_at is not null for update;
  placed := d.after - d.before;
  if placed > 0 then
    update ticket k set place = o.place from drawn_ticket o
      where o.product_id = p and o.draw = d.draw and o.place > d.before and o.place <= d.after
        and k.product_id = p and k.user_id = o.user_id and k.ticket_id = o.ticket_id
        -- In a case, so that the index of those who wait is not taken: it finds all 100,000 for each one.
        and case k.state when 'waiting' then k.place is null end;
    update drop_sale s set placed_tickets = d.after where s.product_id = p;
  end if;
  return next;
end $$;

-- Gives what is available to the first in line, at most 5,000 at once. The caller holds the inventory row.
-- Returns how many were granted.
create or replace function grant_line(p bigint, at timestamptz) returns int language plpgsql as $$
declare
  i record;
  offer record;
  d record;
  last_written bigint := 9223372036854775807;
  n int := 0;
begin
  select v.available, v.line_mode, v.opens_at, v.paused, v.hold_seconds, v.customer_limit, v.waiting, v.last_event into i from inventory v where v.product_id = p;
  if i.line_mode = 'open' or i.available = 0 or i.waiting = 0 or i.paused or i.opens_at > at then return 0; end if;
  if i.line_mode = 'lottery' then
    select s.drawn_at, s.placed_tickets, s.drawn_tickets into d from drop_sale s where s.product_id = p;
    if d.drawn_at is null or d.placed_tickets is null then return 0; end if;
    -- Who joined after the draw has a place already, and stands behind those whose place is not written yet.
    if d.placed_tickets < d.drawn_tickets then last_written := d.placed_tickets; end if;
  end if;
  select x.price_minor, x.currency into offer from product x where x.product_id = p and x.status = 'active';
  if not found then return 0; end if;
  with next as (
    select k.user_id, k.ticket_id, k.place from ticket k
    where k.product_id = p and k.state = 'waiting' and k.place <= last_written
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

-- Many buyers join one product's line, in the order of the arrays; whoever is in already keeps the place.
-- outcome: no-line | unknown-product | done. Of those who came, tickets (by user) as they stand afterwards; limited: users at
-- their limit. What is free is given out at once.
create or replace function join_line(p bigint, at timestamptz, users bigint[], ids text[])
returns table (outcome text, ticket_users bigint[], ticket_ids text[], ticket_states text[], ticket_places bigint[],
               limited bigint[], limit_each int, opens timestamptz, waiting_now int, head bigint, expires timestamptz)
language plpgsql as $$
declare
  i record;
  inside bigint[];
  has_places boolean;
  n int;
begin
  select v.line_mode, v.opens_at, v.customer_limit, v.last_place, v.hold_seconds, v.last_event into i from inventory v where v.product_id = p for no key update;
  if not found or not exists (select 1 from product x where x.product_id = p and x.status = 'active') then
    outcome := 'unknown-product'; return next; return;
  end if;
  if i.line_mode = 'open' then outcome := 'no-line'; return next; return; end if;
  at := coalesce(at, clock_timestamp());
  if i.line_mode = 'lottery' and i.opens_at <= at then
    perform close_draw(p, at);
    select v.last_place, v.last_event into i.last_place, i.last_event from inventory v where v.product_id = p;
  end if;
  outcome := 'done'; limit_each := i.customer_limit; opens := i.opens_at;
  select array_agg(k.user_id) into inside from ticket k
    where k.product_id = p and k.user_id = any (users) and k.state in ('waiting', 'granted');
  if i.customer_limit is not null then
    select array_agg(s.user_id) into limited from (
      select r.user_id from reservation r where r.product_id = p and r.user_id = any (users) and r.slot >= 0
      group by r.user_id having count(*) >= i.customer_limit) s
    where s.user_id not in (select unnest(inside)) or inside is null;
  end if;
  has_places := i.line_mode = 'line' or exists (select 1 from drop_sale d where d.product_id = p and d.drawn_at is not null);
  -- Hashed look-ups: comparing every buyer with every one inside would be a million comparisons for a batch of 1,000.
  with fresh as (
    select d.u, d.k, row_number() over (order by d.o) as n from (
      select distinct on (r.u) r.u, r.k, r.o from unnest(users, ids) with ordinality r(u, k, o) order by r.u, r.o) d
    where (inside is null or d.u not in (select unnest(inside))) and (limited is null or d.u not in (select unnest(limited)))),
  joined as (
    insert into ticket (product_id, user_id, ticket_id, place, joined_at)
    select p, f.u, f.k, case when has_places then i.last_place + f.n end, at
    from fresh f
    on conflict (product_id, user_id) do update
      set ticket_id = excluded.ticket_id, place = excluded.place, state = 'waiting', joined_at = excluded.joined_at, granted_at = null
    returning 1),
  logged as (
    insert into line_event (product_id, sequence, kind, ticket_id, user_id, place, at)
    select p, i.last_event + f.n, 'joined', f.k, f.u, case when has_places then i.last_place + f.n end, at from fresh f)
  select count(*) into n from joined;
  if n > 0 then
    update inventory v set last_place = v.last_place + n, waiting = v.waiting + n, last_event = v.last_event + n where v.product_id = p;
  end if;
  perform grant_line(p, at);
  select array_agg(k.user_id), array_agg(k.ticket_id), array_agg(k.state), array_agg(k.place)
    into ticket_users, ticket_ids, ticket_states, ticket_places
    from ticket k where k.product_id = p and k.user_id = any (users);
  select v.waiting into waiting_now from inventory v where v.product_id = p;
  head := least((select k.place from ticket k where k.product_id = p and k.state = 'waiting' and k.place is not null order by k.place limit 1),
                (select coalesce(s.placed_tickets, 0) + 1 from drop_sale s
                 where s.product_id = p and s.drawn_at is not null and coalesce(s.placed_tickets, 0) < s.drawn_tickets));
  expires := at + make_interval(secs => i.hold_seconds);
  return next;
end $$;

-- Lets a waiting ticket go. outcome: left | gone
create or replace function leave_line(p bigint, buyer bigint, id text) returns table (outcome text) language plpgsql as $$
declare
  place_left bigint;
  drawn_place bigint;
  last_told bigint;
begin
  select v.last_event into last_told from inventory v where v.product_id = p for no key update;
  -- Drawn, and its place not written yet.
  if exists (select 1 from ticket k join drop_sale s using (product_id)
             where k.product_id = p and k.user_id = buyer and k.ticket_id = id and k.state = 'waiting' and k.place is null
               and s.drawn_at is not null) then
    perform number_draw(p);
    select o.place into drawn_place from drop_sale s join drawn_ticket o using (product_id, draw)
      where s.product_id = p and o.ticket_id = id;
  end if;
  update ticket k set state = 'left', place = coalesce(k.place, drawn_place)
    where k.product_id = p and k.user_id = buyer and k.ticket_id = id and k.state = 'waiting'
    returning k.place into place_left;
  outcome := case when found then 'left' else 'gone' end;
  if outcome = 'left' then
    insert into line_event (product_id, sequence, kind, ticket_id, place, at) values (p, last_told + 1, 'left', id, place_left, clock_timestamp());
    update inventory v set waiting = v.waiting - 1, last_event = v.last_event + 1 where v.product_id = p;
  end if;
  return next;
end $$;

-- Closes the draw of a lottery when its time has come, and gives out what is free to those who have their place. drawing: places
-- are still to be written.
drop function open_line(bigint, timestamptz);
create function open_line(p bigint, at timestamptz) returns table (granted int, drawing boolean) language plpgsql as $$
declare
  i record;
begin
  at := coalesce(at, clock_timestamp());
  select v.line_mode, v.opens_at into i from inventory v where v.product_id = p for no key update;
  if i.line_mode = 'lottery' and i.opens_at <= at then perform close_draw(p, at); end if;
  granted := grant_line(p, at);
  drawing := i.line_mode = 'lottery' and exists (
    select 1 from drop_sale s where s.product_id = p and s.drawn_at is not null and coalesce(s.placed_tickets, -1) < s.drawn_tickets);
  return next;
end $$;
