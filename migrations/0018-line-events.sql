-- Everything that happened in the line of a product, in the order of the lock that every change of it takes: the proof of a drop
-- is made of it. Rows are only ever added.
--   announced  the terms of a sale from here on (detail: mode, opensAt, perCustomerLimit, holdSeconds, commitment and holders:
--              customers who hold a unit from before, and whom the line passes over while they do)
--   joined     a ticket, its customer and its place, which in a lottery comes with the draw
--   drawn      the lottery (detail: seed, tickets)
--   granted    the ticket became a hold of the same id
--   bought     the hold, also one from before the line, became a sale; of a lapsed ticket: the money came late and a unit was free
--   lapsed     the hold ran out
--   left       the ticket, waiting or granted, was given up
--   returned   the sale was cancelled and the unit came back
create table line_event (
  product_id bigint not null,
  sequence bigint not null,                     -- from 1 on without a gap; inventory.last_event is the last one
  kind text not null check (kind in ('announced', 'joined', 'drawn', 'granted', 'bought', 'lapsed', 'left', 'returned')),
  ticket_id text collate "C",
  user_id bigint,                               -- of joined, bought and returned
  place bigint,                                 -- of joined, granted and left
  at timestamptz not null,
  detail jsonb,
  primary key (product_id, sequence)
);

alter table inventory add column last_event bigint not null default 0;

-- Announces a sale, or changes it until somebody waits. owned and changed: 0 or 1.
create function announce_drop(p bigint, at timestamptz, owner bigint, opens timestamptz, mode text, limit_each int, hold int,
                              commitment_given bytea, seed_given bytea)
returns table (owned int, changed int)
language plpgsql as $$
declare
  i record;
  holders jsonb;
begin
  owned := 0; changed := 0;
  select v.waiting, v.last_event into i from inventory v join product x using (product_id)
    where v.product_id = p and x.seller_id = owner for no key update of v;
  if not found then return next; return; end if;
  owned := 1;
  if i.waiting > 0 then return next; return; end if;
  changed := 1;
  at := coalesce(at, clock_timestamp());
  select coalesce(jsonb_agg(r.user_id order by r.user_id), '[]') into holders from reservation r
    where r.product_id = p and r.slot = 0
      and not exists (select 1 from ticket k where k.product_id = p and k.user_id = r.user_id and k.ticket_id = r.reservation_id);
  insert into drop_sale as s (product_id, announced_at, commitment, seed) values (p, at, commitment_given, seed_given)
    on conflict (product_id) do update set announced_at = excluded.announced_at, commitment = excluded.commitment,
      seed = excluded.seed, drawn_at = null, drawn_tickets = null;
  insert into line_event (product_id, sequence, kind, at, detail) values (p, i.last_event + 1, 'announced', at,
    jsonb_build_object('mode', mode, 'opensAt', opens, 'perCustomerLimit', limit_each, 'holdSeconds', hold,
                       'commitment', encode(commitment_given, 'hex'), 'holders', holders));
  update inventory v set opens_at = opens, line_mode = mode, customer_limit = limit_each, hold_seconds = hold, last_event = i.last_event + 1
    where v.product_id = p;
  insert into feed_change (topic, key) values ('product', p) on conflict do nothing;
  return next;
end $$;
