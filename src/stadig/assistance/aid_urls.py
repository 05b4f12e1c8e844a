"""Addresses of the calculation, the riksnorm and the rules."""

from __future__ import annotations

from django.urls import URLPattern, path

from stadig.assistance.views import entering, proposal, setting

CASE = "arbetsplats/bistand/<int:case_id>/forslag/"


def _set(base: str, pages: setting.Pages, every: str, one: str) -> list[URLPattern]:
    """The pages of what two people set."""
    with_kind, kind = {"pages": pages}, one.partition("-")[0]
    return [
        path(base, setting.listed, with_kind, name=every),
        path(f"{base}ny/", setting.enter, with_kind, name=f"{kind}-new"),
        path(f"{base}<int:set_id>/", setting.one, with_kind, name=one),
        path(f"{base}<int:set_id>/bekrafta/", setting.confirm, with_kind, name=f"{kind}-confirm"),
        path(f"{base}<int:set_id>/dra-tillbaka/", setting.withdraw, with_kind, name=f"{kind}-withdraw"),
    ]


patterns = [
    path(CASE, proposal.proposal, name="proposal"),
    path(f"{CASE}spara/", proposal.keep, name="keep-proposal"),
    path(f"{CASE}sparat/<int:proposal_id>/", proposal.kept_one, name="kept"),
    path(f"{CASE}begar/", proposal.ask, name="ask-missing"),
    path(f"{CASE}innan-beslut/", proposal.before, name="before-decision"),
    path(f"{CASE}rad/<slug:ref>/", entering.row, name="row"),
    path(f"{CASE}kalla/<slug:ref>/", proposal.source, name="source"),
    path(f"{CASE}inkomst/", entering.income, name="add-income"),
    path(f"{CASE}kostnad/", entering.cost, name="add-cost"),
    path(f"{CASE}kostnader/", entering.accept, name="accept-costs"),
    path(f"{CASE}hushall/", entering.home, name="household"),
    path(f"{CASE}jobbstimulans/", entering.incentive, name="stimulus"),
    path(f"{CASE}barns-lon/", entering.youth, name="youth"),
    path(f"{CASE}angra/<int:entry_id>/", entering.undo, name="undo-entry"),
    path(f"{CASE}historik/", entering.history, name="entries"),
    *_set("ekonomiskt-bistand/riksnorm/", setting.NORMS, "norms", "norm"),
    *_set("ekonomiskt-bistand/regler/", setting.RATES, "rules", "rules-one"),
]
