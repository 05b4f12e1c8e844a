"""What the ground stores, one module per concept."""

from stadig.city.models.access import Disclosure, RoleAssignment
from stadig.city.models.audit import AuditEntry, AuditHead, AuditReason
from stadig.city.models.clock import ClockSetting
from stadig.city.models.effects import Effect, Factor, Metric
from stadig.city.models.exchange import Draft, HandledEvent, RequestResult
from stadig.city.models.organisation import District, Municipality, Organisation
from stadig.city.models.people import Person, Pseudonym, User
from stadig.city.models.register import Notice, Service, ServiceCost
from stadig.city.models.rollout import Assignment, FlagToken, Rollout, RolloutStep
from stadig.city.models.sessions import OpenSession

__all__ = [
    "Assignment",
    "AuditEntry",
    "AuditHead",
    "AuditReason",
    "ClockSetting",
    "Disclosure",
    "District",
    "Draft",
    "Effect",
    "Factor",
    "FlagToken",
    "HandledEvent",
    "Metric",
    "Municipality",
    "Notice",
    "OpenSession",
    "Organisation",
    "Person",
    "Pseudonym",
    "RequestResult",
    "RoleAssignment",
    "Rollout",
    "RolloutStep",
    "Service",
    "ServiceCost",
    "User",
]
