-- Whoever left a line is no longer before those behind: their places are read by every node as they become known. An announcement begins anew.
create index line_event_departures on line_event (product_id, sequence) where kind in ('announced', 'left');
