"""Everything that `make run` starts on a laptop: one supervisor for PostgreSQL, web, workers and beat."""
