# One image for every role of eakte. Its package lists equal those of `make setup` (a test compares them).
FROM debian:12-slim

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      fonts-crosextra-caladea \
      fonts-crosextra-carlito \
      fonts-dejavu-core \
      fonts-liberation \
      fonts-texgyre \
      poppler-utils \
      postgresql-client \
      python3-venv \
      sqlite3 \
      tesseract-ocr \
      tesseract-ocr-deu \
      tesseract-ocr-eng \
      tesseract-ocr-osd \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/eakte
COPY pyproject.toml README.md LICENSE ./
COPY .ci/constraints.txt .ci/constraints.txt
COPY eakte eakte
COPY pipelines pipelines
COPY schemas schemas
RUN python3 -m venv /opt/eakte/.venv \
 && .venv/bin/python -m pip install --no-cache-dir --constraint .ci/constraints.txt pip \
 && .venv/bin/python -m pip install --no-cache-dir --constraint .ci/constraints.txt .

RUN useradd --system --create-home --home-dir /var/lib/eakte eakte
USER eakte
ENV PATH=/opt/eakte/.venv/bin:$PATH EAKTE_HOME=/var/lib/eakte/home LANG=C.UTF-8
VOLUME /var/lib/eakte
HEALTHCHECK --interval=60s --timeout=30s CMD ["eakte", "doctor"]
ENTRYPOINT ["eakte"]
CMD ["watch"]
