# One controller's image. All five come from this file:
#
#   docker build --build-arg CONTROLLER=cell-controller -t ghcr.io/multigres/operator/cell-controller .
#
# Written for every builder, the classic one included: no cache mounts, no here-documents.

# Any image with Node 24 as its entry point will do. Distroless has neither a shell nor a package manager.
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot
# Any image with Node 24, npm and /bin/sh.
ARG BUILD_IMAGE=docker.io/library/node:24-trixie-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
# `npm ci`, unless the build image brings the packages of this package-lock.json in /src/node_modules. So the image can be built where no
# registry is reached, and e2e/image builds it without a network. Before CONTROLLER, so that five builds share one install.
RUN ["node", "tools/docker/install-packages.mjs"]
ARG CONTROLLER
RUN : "${CONTROLLER:?name a folder of apps/: --build-arg CONTROLLER=cell-controller}" \
  && cd "apps/${CONTROLLER}" && node --run build

FROM ${BASE_IMAGE}
ARG CONTROLLER
LABEL org.opencontainers.image.title="multigres-${CONTROLLER}" org.opencontainers.image.licenses="Apache-2.0"
COPY LICENSE /app/
# All of the program, a bundle without node_modules, and the licenses of what is in it.
COPY --from=build /src/apps/${CONTROLLER}/dist/main.mjs /src/apps/${CONTROLLER}/dist/main.mjs.LEGAL.txt /app/
# By number, so that the kubelet can tell that it isn't root. Nothing is ever written: the root may be read-only.
USER 65532:65532
# The same as in deploy/components/controller-pod, where they can be changed; --max-* bound V8's heap.
CMD ["--max-semi-space-size=4", "--max-old-space-size=96", "/app/main.mjs"]
