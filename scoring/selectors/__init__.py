"""Reads: no writes, no request."""
