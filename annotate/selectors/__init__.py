"""Reads for people who rate and for those who ask them to. No writes, no request."""
