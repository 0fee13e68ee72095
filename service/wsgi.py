"""The application as servers load it: `service.wsgi:app`, configured by the environment."""

from __future__ import annotations

import logging
import os
import sys

from service import create_app
from service.config import Config
from service.errors import ServiceError
from service.store import Store

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
try:
    config = Config.from_env(os.environ)
    app = create_app(config, Store.open(config.database_url, config.database_read_url))
except ServiceError as error:
    sys.exit(f"nashra: {error}")
