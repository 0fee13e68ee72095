"""Words that the index treats by name."""
