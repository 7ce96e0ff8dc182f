"""Everything that outlives a process, on SQLite or PostgreSQL, and what processes tell each other, through Redis."""
