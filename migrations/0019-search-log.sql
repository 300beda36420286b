-- What people search and choose, counted without saying who: no user, session or address is kept.

create table search_query_count (
  day   date    not null,
  term  text    not null,
  -- of the first page without filters: whether anything was found
  found boolean not null,
  times bigint  not null,
  primary key (day, term, found)
);

-- Which products were opened from the results of a term.
create table search_click_count (
  day        date   not null,
  term       text   not null,
  product_id bigint not null,
  times      bigint not null,
  primary key (day, term, product_id)
);
