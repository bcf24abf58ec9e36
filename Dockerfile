# One image for web, worker, reaper and migrations; the command chooses. Built and run without root's rights where it can.

FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# pg_dump makes the template of new administrations and must not be older than the server: PostgreSQL 18.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-common ca-certificates \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*

# A volume that is mounted here begins as this folder is: writable, and for nobody else to read.
RUN useradd --system --uid 1000 --user-group --create-home eenlijn \
    && install --directory --owner eenlijn --group eenlijn --mode 0700 /backups
WORKDIR /srv/eenlijn

COPY requirements/app.lock requirements/app.lock
RUN pip install --require-hashes --no-deps -r requirements/app.lock

COPY . .
RUN python -m local_servers.translations \
    && DATABASE_URL=postgres://build@127.0.0.1:1/build SYNC_DATABASE_URL=postgres://build@127.0.0.1:1/build \
       REDIS_URL=redis://127.0.0.1:1/0 SECRET_KEY=only-while-building python manage.py collectstatic --noinput

USER eenlijn
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "config.wsgi:application", "-c", "python:config.web_server", "--bind", "0.0.0.0:8000"]
