FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /desk

COPY requirements.txt requirements-s3.txt requirements-llm.txt requirements-sentry.txt ./
RUN pip install --require-hashes -r requirements.txt -r requirements-s3.txt -r requirements-llm.txt -r requirements-sentry.txt

COPY . .
RUN useradd --create-home desk && mkdir /data && chown -R desk /desk /data
USER desk
ENV DATA_DIR=/data DEBUG=off
# Once, here, and not at every start. The key signs nothing and stays in this line
RUN SECRET_KEY=only-for-this-line python manage.py shell --no-imports \
    -c "from supportdesk.serving.static import collect_if_changed; collect_if_changed()"

VOLUME /data
EXPOSE 8000
# SIGTERM goes to Python itself: streams end first, requests that have begun are finished
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
