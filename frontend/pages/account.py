"""Signing in and out, joining by a one-time link, one's own profile and tokens."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, path, reverse, reverse_lazy
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotate.selectors.receipts import rater_of, receipt_lines
from frontend.pages.keys_form import KeysForm
from people.actions.accept_invitation import InvitationGone, NameTaken, accept_invitation, open_invitation
from people.actions.end_sessions import end_sessions
from people.actions.make_token import make_token, revoke_token
from people.actions.set_keys import set_keys
from people.actions.set_language import UnknownLanguage, set_language
from people.models import ApiToken, Role, Scope, User
from people.permissions import anyone_signed_in
from people.requests import Request

_FIRST_ROOM = {Role.ANNOTATOR: "queue", Role.SCIENTIST: "side_by_side_list", Role.ADMIN: "campaigns"}


class SignIn(LoginView):
    """Sessions rotate on sign-in; repeated failures lock the name and address out for a while (axes)."""

    template_name = "frontend/account/sign_in.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """POST only."""


class JoinForm(forms.Form):
    """A name and a password of one's own."""

    username = forms.CharField(label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()])
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("password"):
            try:
                validate_password(str(cleaned["password"]), User(username=str(cleaned.get("username", ""))))
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return cleaned


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("Name"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=[Scope.READ]
    )
    days = forms.IntegerField(label=_("Valid for days"), min_value=1, max_value=366, initial=90)


@anyone_signed_in
@require_safe
def home(request: Request) -> HttpResponse:
    """To the room where this person's work is."""
    try:
        return redirect(reverse(_FIRST_ROOM[Role(request.user.role)]))
    except NoReverseMatch:
        return redirect("profile")


@sensitive_post_parameters("password")
@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Use a one-time link."""
    try:
        invitation = open_invitation(secret)
    except InvitationGone as problem:
        return render(request, "frontend/account/join_gone.html", {"problem": problem}, status=404)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = accept_invitation(
                secret=secret, username=form.cleaned_data["username"], password=form.cleaned_data["password"]
            )
        except NameTaken as problem:
            form.add_error("username", str(problem))
        except InvitationGone as problem:
            return render(request, "frontend/account/join_gone.html", {"problem": problem}, status=404)
        else:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("home")
    status = 422 if form.errors else 200
    return render(request, "frontend/account/join.html", {"form": form, "role": invitation.role}, status=status)


@anyone_signed_in
@require_safe
def profile(request: Request) -> HttpResponse:
    """One's own account."""
    return _profile(request, TokenForm())


@anyone_signed_in
@require_POST
def keys_save(request: Request) -> HttpResponse:
    """Keep one's own keys, or take the usual ones back."""
    if request.POST.get("usual"):
        set_keys(user=request.user, wanted={})
        messages.success(request, _("The usual keys are back."))
        return redirect("profile")
    form = KeysForm(request.POST, stored=request.user.keys)
    if not form.is_valid():
        return _profile(request, TokenForm(), keys_form=form, status=422)
    set_keys(user=request.user, wanted=form.wanted())
    messages.success(request, _("Your keys are kept."))
    return redirect("profile")


@anyone_signed_in
@require_POST
def language_save(request: Request) -> HttpResponse:
    """In which language pages come; blank: as the browser asks."""
    try:
        user = set_language(user=request.user, language=request.POST.get("language", ""))
    except UnknownLanguage as problem:
        messages.error(request, str(problem))
    else:
        if user.language:
            translation.activate(user.language)
        messages.success(request, _("Your language is kept."))
    return redirect("profile")


@anyone_signed_in
@require_POST
def token_new(request: Request) -> HttpResponse:
    """Make a token; it is shown on this answer and never again."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _profile(request, form, status=422)
    _row, token = make_token(
        user=request.user,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        days=form.cleaned_data["days"],
    )
    response = _profile(request, TokenForm(), token=token)
    response["Cache-Control"] = "no-store"
    return response


@anyone_signed_in
@require_POST
def token_revoke(request: Request, token_id: int) -> HttpResponse:
    """End one's own token."""
    revoke_token(token=get_object_or_404(ApiToken, pk=token_id, user=request.user), by=request.user)
    return redirect("profile")


@anyone_signed_in
@require_POST
def sign_out_everywhere(request: Request) -> HttpResponse:
    """End every session of one's own, this one too; tokens stay."""
    end_sessions(user=request.user, tokens=False)
    return redirect("sign_in")


@anyone_signed_in
@require_safe
def receipts_download(request: Request) -> HttpResponseBase:
    """One's own chain of save receipts as a file; 404 for who never saved anything."""
    rater = rater_of(request.user)
    if rater is None or not rater.receipts:
        raise Http404
    response = StreamingHttpResponse(receipt_lines(rater), content_type="application/jsonl")
    response["Content-Disposition"] = f'attachment; filename="receipts-{rater.pseudonym}.jsonl"'
    response["Cache-Control"] = "no-store"
    return response


def _profile(
    request: Request, form: TokenForm, *, token: str = "", keys_form: KeysForm | None = None, status: int = 200
) -> HttpResponse:
    tokens = ApiToken.objects.filter(user=request.user, revoked_at__isnull=True).order_by("-created_at")
    context = {"form": form, "token": token, "tokens": tokens, "now": timezone.now(), "rater": rater_of(request.user)}
    context["languages"] = settings.LANGUAGES
    context["keys_form"] = keys_form or KeysForm(stored=request.user.keys)
    return render(request, "frontend/account/profile.html", context, status=status)


change_password = PasswordChangeView.as_view(
    template_name="frontend/account/password.html", success_url=reverse_lazy("profile")
)

urlpatterns = [
    path("", home, name="home"),
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("join/<str:secret>/", join, name="join"),
    path("profile/", profile, name="profile"),
    path("profile/password/", change_password, name="change_password"),
    path("profile/keys/", keys_save, name="keys_save"),
    path("profile/receipts/", receipts_download, name="receipts_download"),
    path("profile/language/", language_save, name="language_save"),
    path("profile/tokens/", token_new, name="token_new"),
    path("profile/tokens/<int:token_id>/revoke/", token_revoke, name="token_revoke"),
    path("profile/sign-out-everywhere/", sign_out_everywhere, name="sign_out_everywhere"),
]
