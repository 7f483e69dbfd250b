"""Every address: pages, the REST API, health and metrics."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("evalsite.api_urls")),
    path("", include("evalsite.health")),
    path("", include("frontend.urls")),
]
