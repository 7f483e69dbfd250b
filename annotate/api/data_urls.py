"""Addresses of what scientists' programs read."""

from django.urls import path

from annotate.api import data

urlpatterns = [
    path("corpora/", data.Corpora.as_view(), name="api_corpora"),
    path("dimensions/", data.Dimensions.as_view(), name="api_dimensions"),
    path("conversations/", data.Conversations.as_view(), name="api_conversations"),
    path("conversations/<int:pk>/", data.OneConversation.as_view(), name="api_conversation"),
    path("ratings/", data.Ratings.as_view(), name="api_ratings"),
]
