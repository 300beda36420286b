-- Cards that buyers keep at the payment provider: the shop has the provider's token, and what tells one card from another.
create table saved_payment_method (
  user_id bigint not null,
  method_id text collate "C" not null,
  token text collate "C" not null unique,       -- of one customer alone
  brand text not null,
  last4 text not null,
  saved_at timestamptz not null,
  primary key (user_id, method_id)
);

alter table drop_sale drop constraint drop_sale_entry_condition_check;
alter table drop_sale add constraint drop_sale_entry_condition_check
  check (entry_condition in ('none', 'proof-of-work', 'verified-mail', 'payment-method'));
