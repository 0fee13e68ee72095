"""The application as servers load it: `service.wsgi:app`, configured by the environment."""

from __future__ import annotations

import gc
import os
import sys

from service import create_app, logs
from service.config import Config
from service.errors import ServiceError
from service.store import Store

try:
    config = Config.from_env(os.environ)
    logs.set_up(logs.form_for(config.log_format))
    app = create_app(config, Store.open(config.database_url, config.database_read_url))
    # What is loaded by now is no garbage: it need not be looked through again and again.
    gc.collect()
    gc.freeze()
except ServiceError as error:
    sys.exit("\n".join(f"nashra: {line}" for line in str(error).splitlines()))
