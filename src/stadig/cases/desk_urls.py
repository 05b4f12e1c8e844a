"""The diary, the notice board, the contact centre and letters."""

from django.urls import path

from stadig.cases.views import board, contact, desk, diary, letters

urlpatterns = [
    path("diarium/", diary.committees, name="diary"),
    path("diarium/<slug:committee>/", diary.committee, name="diary-committee"),
    path("diarium/<slug:committee>/<slug:number>/", diary.case, name="diary-case"),
    path("anslagstavla/", board.board, name="board"),
    path("anslagstavla/rss.xml", board.feed, name="board-feed"),
    path("anslagstavla/<int:notice_id>/", board.notice, name="board-notice"),
    path("arbetsplats/anslag/", board.posted, name="notices"),
    path("arbetsplats/anslag/nytt/", board.new, name="notice-new"),
    path("arbetsplats/kontaktcenter/", contact.find, name="calls"),
    path("arbetsplats/kontaktcenter/avsluta/", contact.end, name="calls-end"),
    path("arbetsplats/kontaktcenter/<int:case_id>/", contact.case, name="calls-case"),
    path("arbetsplats/kontaktcenter/<int:case_id>/brev/", contact.letter, name="calls-letter"),
    path("arbetsplats/arenden/<int:case_id>/brev/", contact.from_case, name="letter"),
    path("arbetsplats/brev/", letters.queue, name="letters"),
    path("arbetsplats/brev/alla.pdf", letters.document, name="letters-document"),
    path("arbetsplats/brev/utskrivna/", letters.printed, name="letters-printed"),
    path("arbetsplats/brev/angra/", letters.take_back, name="letters-take-back"),
    path("arbetsplats/diarium/", desk.desk, name="desk"),
    path("arbetsplats/diarium/avsandare/", desk.senders, name="senders"),
]
