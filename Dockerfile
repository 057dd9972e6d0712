# The lab in a container, by docker or podman:
#     docker build -t shm-lab .
#     docker run --rm shm-lab make check
FROM debian:13
# More packages, such as .devcontainer asks for.
ARG ALSO=
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    ca-certificates cargo diffutils gcc libc6-dev make perl strace tini util-linux $ALSO
ENV CARGO_HOME=/cargo
COPY . /lab
WORKDIR /lab
# All that comes from the network is there then; whoever runs it may build.
RUN make && chmod -R a+rwX /cargo /lab
# Control-C is for all that a command has started, also where the container has no terminal.
ENTRYPOINT ["tini", "-g", "--"]
CMD ["bash"]
