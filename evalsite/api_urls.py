"""The REST API: one version, its schema beside it."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from people.permissions import AnyoneSignedIn

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("annotate.api.my_urls")),
    path("v1/", include("annotate.api.data_urls")),
    path("v1/", include("scoring.api.urls")),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AnyoneSignedIn]), name="api_schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api_schema", permission_classes=[AnyoneSignedIn]),
        name="api_docs",
    ),
]
