# The image of the application: `docker build --tag piaojue .`; compose.yaml runs it.
# Packages come by their locked hashes or not at all; no account but the service's is in use, and nothing of the image
# needs to be written.

FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/piaojue
RUN python3 -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/python -m pip install --disable-pip-version-check --no-cache-dir --no-input \
    --require-hashes --no-deps --only-binary :all: -r requirements.lock
COPY manage.py pyproject.toml ./
COPY accounts accounts
COPY config config
COPY voting voting
COPY templates templates
COPY seeds seeds
COPY deploy/container deploy/container
# The key is for this one command; a container without a key of its own refuses to start.
RUN .venv/bin/python -m config.catalogues compile \
    && SECRET_KEY=only-while-static-files-are-gathered .venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && .venv/bin/python -m compileall -q accounts config voting

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 piaojue \
    && useradd --system --uid 10001 --gid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin piaojue \
    && install -d -o piaojue -g piaojue /run/piaojue-1 /run/piaojue-2 /opt/piaojue/var/drawn
COPY --from=build /opt/piaojue /opt/piaojue
WORKDIR /opt/piaojue
ENV PIAOJUE_ENV=production \
    PIAOJUE_VAR=/opt/piaojue/var \
    PATH=/opt/piaojue/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
ENTRYPOINT ["/opt/piaojue/deploy/container/entry"]
CMD ["serve"]
