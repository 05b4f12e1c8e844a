"""Addresses of the calculation and the riksnorm."""

from __future__ import annotations

from django.urls import path

from stadig.assistance.views import entering, norms, proposal

CASE = "arbetsplats/bistand/<int:case_id>/forslag/"
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
    path(f"{CASE}angra/<int:entry_id>/", entering.undo, name="undo-entry"),
    path(f"{CASE}historik/", entering.history, name="entries"),
    path("ekonomiskt-bistand/riksnorm/", norms.listed, name="norms"),
    path("ekonomiskt-bistand/riksnorm/ny/", norms.enter, name="norm-new"),
    path("ekonomiskt-bistand/riksnorm/<int:norm_id>/", norms.one, name="norm"),
    path("ekonomiskt-bistand/riksnorm/<int:norm_id>/bekrafta/", norms.confirm, name="norm-confirm"),
    path("ekonomiskt-bistand/riksnorm/<int:norm_id>/dra-tillbaka/", norms.withdraw, name="norm-withdraw"),
]
