create table account (
  user_id bigint generated always as identity (start with 1001) primary key,
  email text not null,
  email_folded text not null unique,            -- lower case, NFC: one person, one account
  name text not null,
  password_hash text not null,
  roles text[] not null default '{shopper}',
  created_at timestamptz not null default now(),
  check (roles <@ '{shopper,seller,operator}' and cardinality(roles) > 0)
);

create table account_address (
  user_id bigint primary key references account,
  name text not null,
  line1 text not null,
  line2 text,
  city text not null,
  region text,
  postal_code text not null,
  country text not null,
  updated_at timestamptz not null default now()
);

create table session (
  session_id uuid primary key,
  user_id bigint not null references account,
  cookie_hash bytea not null unique,            -- SHA-256 of the cookie: a leaked table opens no session
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index session_of_user on session (user_id);
create index session_revoked on session (revoked_at) where revoked_at is not null;

create table refresh_token (
  token_hash bytea primary key,
  session_id uuid not null references session,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  spent_at timestamptz
);
create index refresh_token_of_session on refresh_token (session_id);
