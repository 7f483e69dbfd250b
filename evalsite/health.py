"""Health for machines: alive, ready (database and workers), and Prometheus figures."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
