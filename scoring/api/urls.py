"""Addresses of the scoring part of the API."""

from django.urls import path

from scoring.api import runs

urlpatterns = [
    path("checkpoints/", runs.Checkpoints.as_view(), name="api_checkpoints"),
    path("runs/", runs.Runs.as_view(), name="api_runs"),
    path("runs/<int:pk>/", runs.OneRun.as_view(), name="api_run"),
    path("runs/<int:pk>/cancel/", runs.CancelRun.as_view(), name="api_run_cancel"),
    path("runs/<int:pk>/resume/", runs.ResumeRun.as_view(), name="api_run_resume"),
    path("predictions/", runs.Predictions.as_view(), name="api_predictions"),
    path("releases/", runs.Releases.as_view(), name="api_releases"),
]
