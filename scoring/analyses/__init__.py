"""Statistics that scientists read as tables: computed by the default worker, kept as JSON, shown as they are."""

VERSION = 5  # counted up when a table changes, so that what an older version computed is computed again
