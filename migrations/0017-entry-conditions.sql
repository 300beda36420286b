-- What a buyer must bring to a drop besides being signed in. An operator switches it on.
alter table drop_sale add column entry_condition text not null default 'none'
  check (entry_condition in ('none', 'proof-of-work', 'verified-mail'));

alter table account add column mail_verified_at timestamptz;
alter table account add column mail_asked_at timestamptz;   -- a link was asked for and its mail is not on its way yet
create index account_mail_asked on account (mail_asked_at) where mail_asked_at is not null;
