"""Every setting, from the environment. ``bin/run`` and compose set what is needed; docs/deployment.md lists the names."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from trainingportal import instance, refusals

BASE_DIR = Path(__file__).resolve().parent.parent
instance.adopt()
env = environ.Env()
env.ENVIRON = {name: value for name, value in os.environ.items() if value}  # a name set to nothing is not set

# ---- what kind of house this is
DEBUG = False
DEMO = env.bool("DEMO", default=False)
PRODUCTION = env.bool("PRODUCTION", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "trainingportal.apps.PortalConfig",
    "agendas.apps.AgendasConfig",
    "bookings.apps.BookingsConfig",
    "speakers.apps.SpeakersConfig",
    "courses.apps.CoursesConfig",
    "outbox.apps.OutboxConfig",
    "places.apps.PlacesConfig",
    "accounts.apps.AccountsConfig",
    "formkit.apps.FormkitConfig",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "trainingportal.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "trainingportal.readable.readable_requests",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "trainingportal.kept_posts.kept_posts",
    "trainingportal.middleware.refused_references",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "trainingportal.urls"
WSGI_APPLICATION = "trainingportal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trainingportal.context.frame",
            ],
            "builtins": ["trainingportal.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("portal",)
CRISPY_TEMPLATE_PACK = "portal"
CRISPY_FAIL_SILENTLY = False

# ---- data
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres:///trainingportal")}
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=600),
    CONN_HEALTH_CHECKS=True,
    DISABLE_SERVER_SIDE_CURSORS=True,
)
DATABASES["default"].setdefault("OPTIONS", {}).update(connect_timeout=3)
# the role that owns the tables, for prepare alone; empty where one role does everything
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # limits and other things that must outlive Redis
    "default": {
        "BACKEND": "trainingportal.cache.HonestDatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},  # the default of 300 would throw limits away
    },
    # public pages, per process
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "public"},
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "files")))
MEDIA_URL = "/files-are-never-served-from-here/"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = (
    True  # pages name no other, and compressing them twice takes twice as long
)

# ---- language and time: store UTC, show London everywhere
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "Europe/London"
DATE_FORMAT = "l j F Y"
SHORT_DATE_FORMAT = "j M Y"

# ---- what was just done, said on the next page: kept with the session, so that it goes when somebody signs out
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# ---- users and sign-in (accounts/)
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home-for-me"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]  # no password field anywhere; sign-up itself has no page
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code, or the mailed invitation, is the proof
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"length": 6, "dashed": True}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 60 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
ACCOUNT_LOGIN_TIMEOUT = 4 * 60 * 60  # the whole way in: a first code and three more, each good for an hour
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # by mailbox and network, by mailbox from everywhere, by mailbox and remembered device: accounts/signin.py
    "request_login_code": "30/m/ip,5/15m/key",
    "request_code_anywhere": "20/h/key",
    "request_code_on_device": "5/15m/key",
    "confirm_login_code": "60/m/ip,5/4h/key",  # key: one way in; holds where two tries arrive at once
    "login_failed": "30/m/ip,5/15m/key",
}
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "confirm_login_code": "accounts.forms.CodeForm"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Working Together Against Stalking"
MFA_TOTP_TOLERANCE = 1  # a code counts for 30 seconds more; accounts/forms.py stops replays
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = dt.timedelta(days=90)
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.SetUpAppForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "login_webauthn": "accounts.forms.SignInWithPasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.PasskeyAgainForm",
    "authenticate_webauthn": "accounts.forms.SecondFactorByPasskeyForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
}

# ---- the bell (outbox/); the queue is a table
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 0.3
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 0.3,
    "socket_timeout": 5,
    "max_retries": 0,
}
# what visitors look at waits behind everything the desk, agencies and speakers wait for (in Redis 9 comes last)
CELERY_TASK_ROUTES = {"trainingportal.make_example_days": {"priority": 9}}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    # these two lapse when no worker takes them in time: an hour's worth at once would prove nothing
    "beat-seen": {
        "task": "outbox.beat_seen",
        "schedule": dt.timedelta(seconds=10),
        "options": {"expires": 25},
    },
    "sweep-outbox": {
        "task": "outbox.sweep",
        "schedule": dt.timedelta(seconds=20),
        "options": {"expires": 60},
    },
    # a sweep that no worker took in time is the next one's work
    "expire-offers": {
        "task": "bookings.expire_offers",
        "schedule": dt.timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "send-reminders": {
        "task": "bookings.send_reminders",
        "schedule": dt.timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "lone-releases": {"task": "bookings.apply_due_releases", "schedule": dt.timedelta(minutes=1)},
    "watch-the-doors": {
        "task": "trainingportal.watch_the_doors",
        "schedule": dt.timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "tend-example-days": {
        "task": "trainingportal.tend_example_days",
        "schedule": dt.timedelta(seconds=60),
        "options": {"expires": 60},
    },
    "forget-drafts": {"task": "trainingportal.forget_drafts", "schedule": dt.timedelta(hours=1)},
    "forget-attempts": {"task": "trainingportal.forget_attempts", "schedule": dt.timedelta(hours=1)},
    "days-passed": {"task": "bookings.note_days_passed", "schedule": dt.timedelta(minutes=5)},
    "read-own-calendars": {
        "task": "speakers.read_own_calendars",
        "schedule": dt.timedelta(minutes=2),
        "options": {"expires": 100},
    },
    # in UTC, while nobody works
    "clear-sessions": {"task": "trainingportal.clear_sessions", "schedule": crontab(hour=2, minute=10)},
    "forget-absences": {"task": "speakers.forget_past_absences", "schedule": crontab(hour=2, minute=15)},
    "reseal": {"task": "trainingportal.reseal", "schedule": crontab(hour=2, minute=20)},
    "purge": {"task": "trainingportal.purge", "schedule": crontab(hour=3, minute=10)},
    "check-invariants": {"task": "trainingportal.check_invariants", "schedule": crontab(hour=2, minute=40)},
    "sweep-documents": {"task": "agendas.sweep_documents", "schedule": dt.timedelta(seconds=30)},
}

# ---- mail: only outbox/sender.py talks SMTP
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025"))
EMAIL_TIMEOUT = 15
# how many lines to the mail server a worker process may open while much mail waits
MAIL_LINES = env.int("MAIL_LINES", default=3)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Working Together Against Stalking <training@example.org>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# where the demo's mail catcher keeps or shows what it took
DEMO_MAIL_DIR = VAR_DIR / "mail"
DEMO_MAIL_URL = env.str("DEMO_MAIL_URL", default="")
# where answers to mail go, when not to the address it leaves from
MAIL_REPLY_TO = env.str("MAIL_REPLY_TO", default="")

# ---- from where a speaker's own calendar may be read; an entry that begins with a dot stands for all names under it
CALENDAR_HOSTS = env.list(
    "CALENDAR_HOSTS",
    default=[
        "calendar.google.com",
        "outlook.office365.com",
        "outlook.office.com",
        "outlook.live.com",
        ".icloud.com",
        ".fastmail.com",
        "calendar.proton.me",
    ],
)

# ---- safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = env.bool("HTTPS", default=PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
# a name that a browser takes from this very host alone, over https
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
MFA_TRUST_COOKIE_NAME = f"{COOKIE_PREFIX}mfa_trusted"
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}device"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "trainingportal.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600

# ---- audit trail: append-only to everything but the purge
PGHISTORY_APPEND_ONLY = True

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "trainingportal.logs.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}

refusals.refuse(vars())
