"""How Evalsite is put together."""

from evalsite.celery import app as celery_app

__all__ = ["celery_app"]
