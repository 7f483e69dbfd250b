from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "people"

    def ready(self) -> None:
        from people import schema  # noqa: F401  (deferred: it registers itself with the schema generator)
