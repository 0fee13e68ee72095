"""WebSub, the publisher's side: hubs are told which feeds changed, so that subscribers need not ask.

Whoever publishes queues what to tell (`announce`), which takes milliseconds; a `Deliverer` tells it, at once or later.
"""

from service.websub.delivery import Deliverer
from service.websub.topics import HEAD_START, MOST_TOPICS, announce

__all__ = ["HEAD_START", "MOST_TOPICS", "Deliverer", "announce"]
