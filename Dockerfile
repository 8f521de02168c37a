# syntax=docker/dockerfile:1
# One image for web, housekeeping and worker; the command says which. TORCH=cuda for GPU workers.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS packages
ARG TORCH=cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/base.txt requirements/torch.in requirements/torch.txt ./
RUN pip install --require-hashes -r base.txt
RUN case "$TORCH" in \
      cuda) pip install --require-hashes -r torch.txt ;; \
      cpu) pip install --no-deps --index-url https://download.pytorch.org/whl/cpu \
             "$(grep '^torch==' torch.in)+cpu" ;; \
      *) echo "TORCH is cpu or cuda, not $TORCH" >&2; exit 1 ;; \
    esac

FROM python:${PYTHON}-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /data fixpoint \
 && install --directory --mode=700 --owner=fixpoint --group=fixpoint /data
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FIXPOINT_DATA=/data \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /app
COPY manage.py pyproject.toml ./
COPY dashboard dashboard
COPY trainers trainers
COPY templates templates
COPY static static
USER fixpoint
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["python", "manage.py"]
CMD ["serve"]
