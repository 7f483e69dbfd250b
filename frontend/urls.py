"""The pages, in the order a person meets them. Each room lists its own addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("frontend.pages.account")),
    path("", include("frontend.pages.queue")),
    path("", include("frontend.pages.mine")),
    path("", include("frontend.pages.rating")),
    path("", include("frontend.pages.evidence")),
    path("", include("frontend.pages.pairs")),
    path("", include("frontend.pages.sidebyside")),
    path("", include("frontend.pages.disagreement")),
    path("", include("frontend.pages.divergence")),
    path("", include("frontend.pages.matrix")),
    path("", include("frontend.pages.analyses")),
    path("", include("frontend.pages.runs")),
    path("", include("frontend.pages.calibrations")),
    path("", include("frontend.pages.releases")),
    path("", include("frontend.pages.corpora")),
    path("", include("frontend.pages.campaigns")),
    path("", include("frontend.pages.campaign_people")),
    path("", include("frontend.pages.dimensions")),
    path("", include("frontend.pages.budget")),
    path("", include("frontend.pages.gold")),
    path("", include("frontend.pages.studies")),
    path("", include("frontend.pages.people")),
    path("", include("frontend.pages.audit")),
    path("", include("frontend.pages.styleguide")),
    path("", include("frontend.pages.words")),
]
