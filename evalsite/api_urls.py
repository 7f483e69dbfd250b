"""The REST API: one version, its schema beside it."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("annotate.api.my_urls")),
]
