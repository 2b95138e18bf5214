-- Each claim changed this index, and with it every other one of the row: without it a claim writes the row alone. Who
-- holds a run is asked for by its id; all runs of an owner only when that owner stops.
DROP INDEX IF EXISTS runs_owner;
