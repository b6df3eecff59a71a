# The runner, `pelato serve`, as an image. Nothing is compiled: the program is made before,
# by `cargo build --release` or by scripts/release.sh, and copied.
#
#   cargo build --release
#   docker build --file docker/runner.Dockerfile --tag pelato .
#
# `--build-arg BINARY=…` names another program below the folder, and `--build-arg
# BASE_IMAGE=golang:1.26-bookworm` a base with Go, for `builder: local` without a Docker
# engine. No `# syntax=` line: it would pull a second image.
ARG BASE_IMAGE=debian:bookworm-slim@sha256:3783cc01769c7b2b1b83a5c5ad96c815348e28ed7da68e2e3687004faa906251
FROM ${BASE_IMAGE}

# Whom to believe over TLS. A program that is linked against the system's OpenSSL finds that
# too: the package depends on it.
RUN test -e /etc/ssl/certs/ca-certificates.crt \
    || { apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*; }

# The folder of `data:` and of the caches. A named volume takes its owner and mode from here.
RUN groupadd --gid 65532 pelato \
    && useradd --uid 65532 --gid 65532 --home-dir /var/lib/pelato --no-create-home --shell /usr/sbin/nologin pelato \
    && install -d -o 65532 -g 65532 -m 0700 /var/lib/pelato \
    && install -d -m 0755 /etc/pelato

ENV HOME=/var/lib/pelato \
    PELATO_CACHE=/var/lib/pelato/cache

COPY docker/runner/health.sh /usr/local/bin/pelato-health
ARG BINARY=target/release/pelato
COPY ${BINARY} /usr/local/bin/pelato

USER 65532:65532
WORKDIR /var/lib/pelato

# Says now, not at the first start, that a program does not run on this base.
RUN pelato --version

VOLUME /var/lib/pelato
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["pelato-health"]
ENTRYPOINT ["pelato"]
CMD ["serve", "--config", "/etc/pelato/runner.yaml"]

LABEL org.opencontainers.image.title="Pelato" \
      org.opencontainers.image.description="From a git push to a running WebAssembly component" \
      org.opencontainers.image.source="https://github.com/pelato-project/pelato" \
      org.opencontainers.image.licenses="Apache-2.0"
