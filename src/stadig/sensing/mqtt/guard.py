"""amqtt's plugin: which topics a client may use, and the platform's session before anyone can speak."""

from __future__ import annotations

from amqtt.broker import BrokerContext
from amqtt.contexts import Action
from amqtt.mqtt.constants import QOS_1
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from stadig.sensing.mqtt import topics


class Guard(BaseAuthPlugin, BaseTopicPlugin):
    """Keys are checked by :class:`stadig.sensing.mqtt.delivery.Handler` before this is asked."""

    async def on_broker_pre_start(self) -> None:
        """Make the subscriber's session first, so that nothing sent before it connects is lost."""
        context = self.context
        if isinstance(context, BrokerContext):
            await context.add_subscription(topics.SUBSCRIBER, None, None)
            session = context.get_session(topics.SUBSCRIBER)
            if session is not None:
                session.username = topics.PLATFORM
                session.clean_session = False
            await context.add_subscription(topics.SUBSCRIBER, topics.ALL_OBSERVATIONS, QOS_1)

    async def authenticate(self, *, session: Session) -> bool | None:
        return bool(session.username)

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool | None:
        user = session.username if session else None
        if action == Action.PUBLISH:
            return topics.may_publish(user, topic or "")
        return topics.may_receive(user, topic or "")
