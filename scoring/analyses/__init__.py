"""Statistics that scientists read as tables: computed by the default worker, kept as JSON, shown as they are."""
