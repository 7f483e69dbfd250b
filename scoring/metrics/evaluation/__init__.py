"""Public sets with human judgements, as items that a metric can score and be compared on."""
