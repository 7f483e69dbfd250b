# Two images from one file. Neither has been built by the people who wrote this: there was no container engine at hand.
# The same processes and settings are tested without one (tests/evalsite/test_production_config.py).
#   docker build --target web  -t evalsite-web  .      no torch
#   docker build --target full -t evalsite-full .      the workers: torch, Parquet, statistics

FROM python:3.11-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    EVALSITE_VAR=/var/lib/evalsite HF_HUB_OFFLINE=1
RUN useradd --system --uid 10001 --user-group --home-dir /srv/evalsite --shell /usr/sbin/nologin evalsite \
    && install -d -o evalsite -g evalsite -m 0700 /var/lib/evalsite
WORKDIR /srv/evalsite
COPY pyproject.toml README.md LICENSE ./

FROM base AS web
COPY . .
RUN pip install . && pip uninstall -y evalsite \
    && DATABASE_URL=postgres://build@/build SECRET_KEY=only-while-building-0123456789-abcdefghijklmnopqrstuvwxyz \
       ALLOWED_HOSTS=build CELERY_BROKER_URL=memory:// python manage.py collectstatic --noinput
ARG EVALSITE_COMMIT=""
ENV EVALSITE_COMMIT=$EVALSITE_COMMIT
USER evalsite
EXPOSE 8000
CMD ["gunicorn", "evalsite.wsgi", "--worker-class", "gthread", "--workers", "4", "--threads", "4", "--bind", "0.0.0.0:8000"]

FROM base AS full
# A GPU needs the CUDA build of torch: pass the index that serves it, the version stays the pinned one.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY . .
RUN pip install --extra-index-url "$TORCH_INDEX" ".[analysis,model]" && pip uninstall -y evalsite
ARG EVALSITE_COMMIT=""
ENV EVALSITE_COMMIT=$EVALSITE_COMMIT
USER evalsite
CMD ["celery", "-A", "evalsite", "worker", "-Q", "gpu", "-P", "solo", "-n", "gpu@%h", "--loglevel", "INFO"]
