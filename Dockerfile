# The image holds one static binary and nothing that could run anything else.
FROM golang:1.26 AS build
WORKDIR /src

# Modules first: they change less often than the source.
COPY go.mod go.sum ./
RUN go mod download

COPY cmd ./cmd
COPY internal ./internal
COPY pkg ./pkg

ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
ARG COMMIT=unknown
RUN CGO_ENABLED=0 GOOS=${TARGETOS:-linux} GOARCH=${TARGETARCH:-amd64} \
    go build -trimpath -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT}" \
    -o /offboard ./cmd/offboard

FROM gcr.io/distroless/static-debian12:nonroot
ARG VERSION=dev
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="offboard" \
      org.opencontainers.image.description="Suspends a list of leavers in Thrive, and proves it" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
COPY --from=build /offboard /offboard
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
# Inputs and reports are mounted here.
WORKDIR /data
ENTRYPOINT ["/offboard"]
