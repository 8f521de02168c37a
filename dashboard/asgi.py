"""What uvicorn serves."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

from django.core.asgi import get_asgi_application

if TYPE_CHECKING:
    from dashboard.web.front import Front

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
# whitenoise sends static files from ordinary iterators; a file of some kB may block that long
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")


def make() -> Front:
    django = get_asgi_application()
    from dashboard.web.front import Front  # what it uses wants Django to be set up

    return Front(django)


application = make()
