"""Addresses of the annotator's part of the API."""

from django.urls import path

from annotate.api import judging, rating

urlpatterns = [
    path("my/campaigns/", rating.Campaigns.as_view(), name="api_my_campaigns"),
    path("my/campaigns/<int:campaign_id>/claim/", rating.Claim.as_view(), name="api_claim"),
    path("my/tasks/", rating.Tasks.as_view(), name="api_my_tasks"),
    path("my/tasks/<int:task_id>/", rating.OneTask.as_view(), name="api_task"),
    path("my/tasks/<int:task_id>/operations/", rating.Operations.as_view(), name="api_operations"),
    path("my/tasks/<int:task_id>/submit/", rating.Submit.as_view(), name="api_submit"),
    path("my/tasks/<int:task_id>/skip/", rating.Skip.as_view(), name="api_skip"),
    path("my/tasks/<int:task_id>/heartbeat/", rating.Heartbeat.as_view(), name="api_heartbeat"),
    path("my/studies/", judging.MyStudies.as_view(), name="api_my_studies"),
    path("my/studies/<int:study_id>/next/", judging.Next.as_view(), name="api_next_pair"),
    path("my/pairs/<int:place_id>/operations/", judging.Choices.as_view(), name="api_choices"),
    path("my/pairs/<int:place_id>/submit/", judging.SubmitPair.as_view(), name="api_submit_pair"),
    path("my/pairs/<int:place_id>/skip/", judging.SkipPair.as_view(), name="api_skip_pair"),
    path("my/pairs/<int:place_id>/heartbeat/", judging.StayOnPair.as_view(), name="api_stay_on_pair"),
]
