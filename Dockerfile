# The image holds one static binary, certificates and two empty folders: no shell, nothing
# that could run anything else. README.md says how to build it, and .ci/image proves what it is.

# One version of Go, so that one commit gives one binary. It runs on the machine that builds,
# also when the image is for another one.
FROM --platform=$BUILDPLATFORM golang:1.26.8 AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=readonly

# Modules first: they change less often than the source.
COPY go.mod go.sum ./
RUN go mod download

COPY cmd ./cmd
COPY internal ./internal
COPY pkg ./pkg

# Nothing of the binary depends on the clock, on the folder or on the state of a checkout. It
# has no symbols, and functions begin at 8 bytes instead of 32, so that it is smaller.
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
ARG COMMIT=unknown
RUN GOOS=${TARGETOS:-linux} GOARCH=${TARGETARCH:-amd64} \
    go build -trimpath -buildvcs=false \
    -ldflags "-s -w -funcalign=8 -X main.version=${VERSION} -X main.commit=${COMMIT}" \
    -o /image/program/offboard ./cmd/offboard
# COPY keeps the mode of what is in a folder, but not that of the folder itself.
RUN mkdir -p /image/user/data /image/program/tmp && chmod 1777 /image/program/tmp

FROM scratch
ARG VERSION=dev
ARG COMMIT=unknown
# The time of the commit, as git show -s --format=%cI says it.
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="offboard" \
      org.opencontainers.image.description="Suspends a list of leavers in Thrive, and proves it" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# Inputs and reports are mounted at /data. A new volume of Docker takes its owner over.
COPY --from=build --chown=65532:65532 /image/user/ /
# Workbooks and packed inputs are unpacked in /tmp.
COPY --from=build /image/program/ /
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/offboard"]
