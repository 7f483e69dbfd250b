"""Numbers are written alike in every language: the same ones stand in CSV, in releases and in a chart's coordinates."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
