"""People: a :class:`User` logs in, a :class:`Person` is someone the municipality serves. One may lack the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from stadig.city.models.organisation import Organisation
from stadig.city.sorting import SortKeyField

if TYPE_CHECKING:
    from stadig.city.models.access import RoleAssignment
    from stadig.city.models.sessions import OpenSession
    from stadig.city.persons import Shown


class UserManager(BaseUserManager):
    """Makes users; the password is hashed, or unusable where none is given."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        user = self.model(username=self.model.normalize_username(username), email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class Held(NamedTuple):
    """A role as it is held: in an organisation and a district, None for everywhere."""

    role: str
    organisation_id: int | None
    district_id: int | None


class User(AbstractBaseUser):
    """Someone who can log in. What they may do stands in :class:`RoleAssignment`, nowhere else."""

    username = models.CharField(_("användarnamn"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    first_name = models.CharField(_("förnamn"), max_length=150, blank=True)
    last_name = models.CharField(_("efternamn"), max_length=150, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    phone = models.CharField(_("telefon"), max_length=40, blank=True)
    is_active = models.BooleanField(_("får logga in"), default=True)
    is_staff = models.BooleanField(_("arbetar i kommunen"), default=False)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    organisation_id: int | None
    person = models.OneToOneField("city.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="user")
    person_id: int | None
    language = models.CharField(max_length=8, blank=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    sort_key = SortKeyField("last_name", "first_name", "username")

    objects: ClassVar[UserManager] = UserManager()  # pyright: ignore[reportIncompatibleVariableOverride]

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []
    assignments: models.Manager[RoleAssignment]
    open_sessions: models.Manager[OpenSession]

    class Meta:
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.username

    @cached_property
    def role_assignments(self) -> list[Held]:
        """What the user holds, read once per request."""
        if not self.pk:
            return []
        return [Held(*row) for row in self.assignments.order_by("pk").values_list("role", "organisation_id", "district_id")]

    @cached_property
    def beneath(self) -> dict[int, set[int]]:
        """Organisation → ids of itself and of all beneath it, as far as a permission has asked. A user object lives for one request."""
        return {}


class Person(models.Model):
    """A resident the municipality knows by name. The personnummer is never stored in clear.

    ``personnummer_hash`` (keyed, to find someone) and ``personnummer_sealed`` (encrypted, to show it to
    those who may) use keys that lie in files outside the database and its backups.
    """

    class Protection(models.TextChoices):
        NONE = "", _("Ingen")
        MARKING = "marking", _("Sekretessmarkering")
        PROTECTED_REGISTRATION = "protected_registration", _("Skyddad folkbokföring")
        FICTITIOUS = "fictitious", _("Fingerade personuppgifter")

    given_name = models.CharField(max_length=150)
    family_name = models.CharField(max_length=150)
    personnummer_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    personnummer_sealed = models.BinaryField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    place = models.CharField(max_length=100, blank=True)
    district = models.ForeignKey("city.District", null=True, blank=True, on_delete=models.SET_NULL)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    protection = models.CharField(max_length=30, choices=Protection.choices, default="", blank=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="the account was erased; what is left stands in a record that must be kept"
    )
    sort_key = SortKeyField("family_name", "given_name")

    class Meta:
        ordering = ["sort_key"]

    def __str__(self) -> str:
        """Never a name: it would reach a log. Names come out through :meth:`shown_to`."""
        return f"person {self.pk}"

    def shown_to(self, user: User | None) -> Shown:
        """What ``user`` may see of this person; masked where the person is protected (OSL 22 kap. 1 §)."""
        from stadig.city import persons

        return persons.shown(self, user)


class Pseudonym(models.Model):
    """Person → the name the audit log knows them by. Erasing a row makes the log silent about whom it was."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="pseudonym")
    value = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return str(self.value)
