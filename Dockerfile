# Two stages: what builds stays behind, what runs is Python, the locked packages and Turnero.
FROM python:3.11-slim-bookworm AS build

ENV UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/opt/turnero
RUN pip install --no-cache-dir 'uv>=0.7'
WORKDIR /src

# The packages first: they change seldom, and this layer is then reused.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --no-install-project

COPY turnero turnero
RUN uv sync --frozen --no-dev --no-editable


FROM python:3.11-slim-bookworm

# No login, no shell, and /data is all that it may write.
RUN useradd --system --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin turnero
COPY --from=build /opt/turnero /opt/turnero

ENV PATH=/opt/turnero/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TURNERO_HOST=0.0.0.0 \
    TURNERO_PORT=8080 \
    TURNERO_DATABASE_URL=sqlite:////data/turnero.db
USER turnero
WORKDIR /data
VOLUME /data
EXPOSE 8080

# Ready, not only alive: a node that cannot reach its database should get no traffic.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['TURNERO_PORT'] + '/health/ready', timeout=2)"]

# On SIGTERM the server finishes what is in flight, which takes up to 20 s: stop it with `docker stop --time 30`.
STOPSIGNAL SIGTERM
ENTRYPOINT ["turnero"]
CMD ["serve"]
