create table seller (
  seller_id bigint generated always as identity primary key,
  user_id bigint references account,            -- who signs in for it; null for a seller that was only imported
  slug text not null unique,
  name text not null,
  address text,
  tax_number text,
  tax_basis_points int not null default 800 check (tax_basis_points between 0 and 5000),  -- prices include it
  rating_counts int[] not null default '{0,0,0,0,0}', -- of all its products: summing them up would read each of them for every page
  created_at timestamptz not null default now()
);
create index seller_of_user on seller (user_id);

-- product_id is drawn from this sequence before the insert, so that a batch knows its ids.
create sequence product_id_source start with 1001;

create table product (
  product_id bigint primary key,
  seller_id bigint not null,
  family_key text,                              -- variants of one thing share it (within a seller)
  variant json not null default '{}',           -- {"Color": "Black"}: what tells a variant from its siblings
  title text not null,
  description text not null default '',
  brand text,
  category text[] not null,
  attributes json not null default '{}',        -- string to string, in the seller's order of importance (jsonb would sort them)
  gtin text,
  price_minor bigint not null check (price_minor >= 0),
  currency text not null,
  status text not null default 'active' check (status in ('active', 'hidden')),
  rating_counts int[] not null default '{0,0,0,0,0}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index product_of_seller on product (seller_id, product_id desc);
create index product_of_family on product (seller_id, family_key) where family_key is not null;

-- The seller's own id for a product: importing again finds it here. Not distributed: its key is the seller's.
create table product_external_id (
  seller_id bigint not null references seller,
  external_id text not null,
  product_id bigint not null unique,
  content_hash bytea not null,                  -- of the imported row: unchanged rows are left alone
  primary key (seller_id, external_id)
);

create table product_picture (
  product_id bigint not null,
  position int not null,
  picture_id text not null,                     -- SHA-256 of the original's bytes, hex, 32 characters: the file's name
  width int not null,
  height int not null,
  alt text not null,
  primary key (product_id, position)
);

create table review (
  product_id bigint not null,
  review_id text not null,
  user_id bigint,                               -- null: came with an import
  author text not null,
  rating smallint not null check (rating between 1 and 5),
  title text not null,
  body text not null,
  verified_purchase boolean not null,
  created_at timestamptz not null,
  primary key (product_id, review_id),
  unique (product_id, user_id)
);
create index review_newest on review (product_id, created_at desc, review_id);
