# Where tasks are compiled. Pelato builds this image by itself, tags it with the
# digest of this file, the folder `build/` beside it and the name of the base, and
# keeps to a tag that is there: an edited file is a new image.
#
# No `# syntax=` line: it would pull a second image.
ARG GO_IMAGE=golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d
FROM ${GO_IMAGE}

# What a step needs to know, and nothing that is secret. The toolchain never
# fetches another one, nothing is asked of version control, and no C is compiled.
ENV GOOS=wasip1 \
    GOARCH=wasm \
    CGO_ENABLED=0 \
    GOTOOLCHAIN=local \
    GOENV=off \
    GOWORK=off \
    GOVCS=*:off \
    GOPATH=/cache/path \
    GOCACHE=/cache/build \
    GOMODCACHE=/cache/mod \
    GOTMPDIR=/tmp \
    HOME=/tmp

# Pelato reads the version of Go from the image's GOLANG_VERSION, without a
# container; so it has to be true.
RUN test "$(go env GOVERSION)" = "go${GOLANG_VERSION}" \
    || { echo "GOLANG_VERSION is '${GOLANG_VERSION}', but this is $(go env GOVERSION)" >&2; exit 1; }

# A step works in /sources, on memory that is mounted over it and takes its mode. The
# volume at /cache takes the owner of the empty folder that is here.
COPY build/step.sh /usr/local/bin/pelato-step
COPY build/keep.sh /usr/local/bin/pelato-keep
COPY build/warm /warm
RUN chmod 0755 /usr/local/bin/pelato-step /usr/local/bin/pelato-keep \
    && mkdir -p /cache /seed /sources \
    && chown -R 65532:65532 /cache /seed /warm \
    && chmod 1777 /sources

# What keeps a lane alive goes by these figures.
RUN stat -f -c '%a %S %d' / | grep -Eqx '[0-9]+ [0-9]+ [0-9]+' \
    || { echo "stat does not tell the room of a disk in this image" >&2; exit 1; }

USER 65532:65532

# The standard library, compiled once with exactly the command of a task. The first
# step on a fresh volume takes a copy.
RUN tar -C /warm -c go.mod main.go \
    | GOPROXY=off GOSUMDB=off GOCACHE=/seed pelato-step compile > /dev/null \
    && find /sources /tmp /cache -mindepth 1 -user 65532 -delete

WORKDIR /sources
ENTRYPOINT []
CMD ["pelato-step", "compile"]
