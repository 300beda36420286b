create table mail (
  mail_id text primary key,                     -- names its cause, so that a job that runs twice sends once
  recipient text not null,
  subject text not null,
  text_body text not null,
  html_body text not null,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
create index mail_newest on mail (created_at desc);
