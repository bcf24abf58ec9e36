"""One administration of a run: claimed by a worker, carried out, ended; and the reaper, by whom each of them ends."""
