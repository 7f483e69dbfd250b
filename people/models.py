"""Who may do what: people with one role, their invitations and tokens, and the log of what they did."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ANNOTATOR = "annotator", _("annotator")
    SCIENTIST = "scientist", _("scientist")
    ADMIN = "admin", _("admin")


def own_role(role: str, named_only: bool) -> str:
    """A role as forms and the audit log spell it: a restricted annotator is "annotator:named"."""
    return f"{role}:named" if named_only else role


class User(AbstractUser):
    """A person. One role each; an admin may also do what a scientist may."""

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.ANNOTATOR)
    named_only = models.BooleanField(default=False, help_text="Rates only in campaigns and studies that name them.")
    erased_at = models.DateTimeField(null=True, blank=True)
    keys = models.JSONField(default=dict, blank=True, help_text="Own key bindings, action -> key; validated on write.")
    language = models.CharField(max_length=8, blank=True, default="")

    # No e-mail is ever required and Django's groups, staff and superuser flags are not used.
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_is_known"),
            models.CheckConstraint(
                condition=Q(named_only=False) | Q(role=Role.ANNOTATOR), name="only_annotators_are_restricted"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(is_active=False), name="an_erased_person_is_not_active"
            ),
        ]

    @property
    def own_role(self) -> str:
        """The role and its restriction in one word."""
        return own_role(self.role, self.named_only)

    @property
    def is_admin(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    @property
    def is_scientist(self) -> bool:
        """Scientists and admins."""
        return self.is_active and self.role in (Role.SCIENTIST, Role.ADMIN)


class Invitation(models.Model):
    """A one-time link to an account. Only the digest of the link's secret is kept."""

    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=16, choices=Role.choices)
    named_only = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_by = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="invitation")
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="an_invitation_expires_later"),
            models.CheckConstraint(
                condition=Q(used_by__isnull=True, used_at__isnull=True)
                | Q(used_by__isnull=False, used_at__isnull=False),
                name="an_invitation_is_used_by_someone_at_some_time",
            ),
        ]


class Scope(models.TextChoices):
    READ = "read", _("read what I may see")
    RATE = "rate", _("claim tasks and save ratings")
    RUN = "run", _("request and cancel runs")


class ApiToken(models.Model):
    """A scoped, expiring token of one person. Only its digest is kept; the prefix tells tokens apart in a list."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope.choices), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="a_token_expires_later")
        ]


class AuditEvent(models.Model):
    """What was done, by whom, to what. Rows are only ever added (a trigger refuses update and delete)."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["verb", "-at"])]
