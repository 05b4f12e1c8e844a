"""Django's pages as a WSGI application; the server mounts it beneath :mod:`stadig.config.asgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")
application = get_wsgi_application()
