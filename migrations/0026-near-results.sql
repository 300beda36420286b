-- Where no product has all the words, those are shown that have most of them: something else than nothing found.
-- A column more and no other key: nodes of the version before go on counting.
alter table search_query_count add column times_near bigint not null default 0;
