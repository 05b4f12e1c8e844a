"""What the municipality has said to someone: messages out, and notices inside."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.city.models import Organisation, Person


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Väntar på att skickas")
    SENT = "sent", _("Skickat")
    FAILED = "failed", _("Kom inte fram")


class Channel(models.TextChoices):
    """How someone is reached."""

    EMAIL = "email", _("E-post")
    SMS = "sms", _("Sms")
    LETTER = "letter", _("Brev")


class ContactChoice(models.Model):
    """How a person has chosen to be reached: channels in the order they are tried. A letter is always the last, chosen or not."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="contact_choice")
    channels = ArrayField(models.CharField(max_length=10, choices=Channel.choices))
    language = models.CharField(max_length=8, default="sv")
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="post_something_chosen", condition=~Q(channels=[]))]

    def __str__(self) -> str:
        return f"contact choice of person {self.pk}"


class Message(models.Model):
    """One message to one address, or to one person by the channels they chose.

    ``erase_at`` is when the address and the text go away; the row that it was sent stays. A person's addresses are never copied
    here: they are read when the message goes. ``channel`` is the one that is tried now, ``left`` those after it; ``tried`` says what
    failed before.
    """

    address = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    person_id: int | None
    contact = models.JSONField(
        default=dict, blank=True, help_text="name, email, phone and address of one who is no registered person"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    left = ArrayField(models.CharField(max_length=10, choices=Channel.choices), default=list, blank=True)
    tried = models.JSONField(default=list, blank=True, help_text="[channel, class of the error, when], the oldest first")
    about = models.CharField(max_length=80, blank=True, help_text="the thing it is about: several about the same become one")
    within = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    within_id: int | None
    parts: models.Manager[Message]
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=8, default="sv")
    key = models.CharField(max_length=120, unique=True, null=True, blank=True, help_text="sent once whatever happens")
    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="by the channel that is tried now")
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    erase_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="post_sent_has_time", condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False)),
            models.CheckConstraint(name="post_erased_is_empty", condition=Q(erased_at=None) | Q(address="", body="", contact={})),
        ]
        indexes = [
            models.Index(name="post_erase", fields=["erase_at"], condition=Q(erased_at=None)),
            models.Index(name="post_gathering", fields=["about"], condition=Q(state="queued", within=None)),
        ]

    def __str__(self) -> str:
        return self.subject


class Letter(models.Model):
    """A letter that waits to be printed, or that was. ``pdf`` is a document drawn up elsewhere; without it the text is printed.

    A person's name and address are read when it is printed, through ``person.shown_to``; others' stand here until they are erased.
    """

    message = models.OneToOneField(Message, models.CASCADE, null=True, blank=True, related_name="letter")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    person_id: int | None
    name = models.CharField(max_length=200, blank=True)
    address = models.TextField(blank=True)
    mediated = models.BooleanField(
        default=False, help_text="the address is protected: Skatteverket sends it on (förmedlingsuppdrag)"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", help_text="whose letter: who may print it"
    )
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    language = models.CharField(max_length=8, default="sv")
    key = models.CharField(max_length=120, unique=True, null=True, blank=True, help_text="printed once whatever happens")
    created_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True, blank=True)
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    erase_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="post_to_print", fields=["created_at"], condition=Q(printed_at=None))]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class Notice(models.Model):
    """Something an employee should know, shown inside Stadig."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="post_unread", fields=["user", "-created_at"], condition=Q(read_at=None))]

    def __str__(self) -> str:
        return self.text


class Subscriber(models.Model):
    """A system that follows events. Its secret is encrypted: it was shown once. ``secret_before`` signs too until ``before_until``."""

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=300)
    events = ArrayField(models.CharField(max_length=60))
    secret = models.TextField()
    secret_before = models.TextField(blank=True)
    before_until = models.DateTimeField(null=True, blank=True, help_text="real time")
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="post_subscriber_follows", condition=~Q(events=[]))]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event to one subscriber: ids alone, sent until it is taken. Its id is the same at every try."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Skickas")
        SENT = "sent", _("Mottagen")
        FAILED = "failed", _("Kom inte fram")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+")
    subscriber_id: int
    event = models.CharField(max_length=60)
    event_id = models.UUIDField()
    ids = models.JSONField()
    happened_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="post_webhook_once", fields=["subscriber", "event_id"])]
        indexes = [models.Index(name="post_webhook_latest", fields=["-happened_at"])]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"
