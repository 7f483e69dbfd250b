"""How often one person may call the API."""

from rest_framework.throttling import UserRateThrottle


class PerPersonThrottle(UserRateThrottle):
    """By user, or by address for strangers; the rate is API_RATE."""

    scope = "person"
