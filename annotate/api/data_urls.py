"""Addresses of what scientists' programs read."""

from django.urls import path

from annotate.api import data, judging

urlpatterns = [
    path("corpora/", data.Corpora.as_view(), name="api_corpora"),
    path("dimensions/", data.Dimensions.as_view(), name="api_dimensions"),
    path("conversations/", data.Conversations.as_view(), name="api_conversations"),
    path("conversations/<int:pk>/", data.OneConversation.as_view(), name="api_conversation"),
    path("ratings/", data.Ratings.as_view(), name="api_ratings"),
    path("studies/", judging.Studies.as_view(), name="api_studies"),
    path("studies/<int:pk>/results/", judging.StudyResults.as_view(), name="api_study_results"),
]
