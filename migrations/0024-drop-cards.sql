-- Several accounts may keep one card. The provider's fingerprint of its number tells that it is one.
alter table saved_payment_method add column fingerprint text collate "C";
update saved_payment_method set fingerprint = token; -- kept before fingerprints were asked for: each counts as a card of its own
alter table saved_payment_method alter column fingerprint set not null;

-- Which card each customer entered a drop with that asks for one: no card lets in two of them, over all of the product's sales.
create table drop_card (
  product_id bigint not null,
  fingerprint text collate "C" not null,
  user_id bigint not null,
  primary key (product_id, fingerprint),
  unique (product_id, user_id)
);
