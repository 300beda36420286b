-- Many buyers join one product's line, in the order of the arrays; whoever is in already keeps the place.
-- outcome: no-line | unknown-product | done. Of those who came, tickets (by user) as they stand afterwards; limited: users at
-- their limit. What is free is given out at once.
create function join_line(p bigint, at timestamptz, users bigint[], ids text[])
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
  select k.place into head from ticket k where k.product_id = p and k.state = 'waiting' and k.place is not null order by k.place limit 1;
  expires := at + make_interval(secs => i.hold_seconds);
  return next;
end $$;

-- Lets a waiting ticket go. outcome: left | gone
create function leave_line(p bigint, buyer bigint, id text) returns table (outcome text) language plpgsql as $$
declare
  place_left bigint;
  last_told bigint;
begin
  select v.last_event into last_told from inventory v where v.product_id = p for no key update;
  update ticket k set state = 'left' where k.product_id = p and k.user_id = buyer and k.ticket_id = id and k.state = 'waiting'
    returning k.place into place_left;
  outcome := case when found then 'left' else 'gone' end;
  if outcome = 'left' then
    insert into line_event (product_id, sequence, kind, ticket_id, place, at) values (p, last_told + 1, 'left', id, place_left, clock_timestamp());
    update inventory v set waiting = v.waiting - 1, last_event = v.last_event + 1 where v.product_id = p;
  end if;
  return next;
end $$;

-- Draws the lottery when its time has come, once: the order is that of SHA-256(seed || ticket id), which anyone can compute
-- again when the seed is told. Then gives out what is free. Returns how many were granted.
create function open_line(p bigint, at timestamptz) returns table (granted int) language plpgsql as $$
declare
  i record;
  d record;
  n int;
begin
  at := coalesce(at, clock_timestamp());
  select v.line_mode, v.opens_at, v.last_event into i from inventory v where v.product_id = p for no key update;
  if i.line_mode = 'lottery' and i.opens_at <= at then
    select s.seed, s.drawn_at into d from drop_sale s where s.product_id = p for update;
    if d.drawn_at is null then
      update ticket k set place = o.n from (
        select w.user_id, row_number() over (order by sha256(d.seed || convert_to(w.ticket_id, 'UTF8')), w.ticket_id) as n
        from ticket w where w.product_id = p and w.place is null and w.state = 'waiting') o
      where k.product_id = p and k.user_id = o.user_id;
      get diagnostics n = row_count;
      update inventory v set last_place = greatest(v.last_place, n), last_event = v.last_event + 1 where v.product_id = p;
      update drop_sale s set drawn_at = at, drawn_tickets = n where s.product_id = p;
      insert into line_event (product_id, sequence, kind, at, detail)
        values (p, i.last_event + 1, 'drawn', at, jsonb_build_object('seed', encode(d.seed, 'hex'), 'tickets', n));
    end if;
  end if;
  granted := grant_line(p, at);
  return next;
end $$;
