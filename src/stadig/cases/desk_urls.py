"""The diary, the notice board, the contact centre and letters."""

from django.urls import path

from stadig.cases.views import board, desk, diary

urlpatterns = [
    path("diarium/", diary.committees, name="diary"),
    path("diarium/<slug:committee>/", diary.committee, name="diary-committee"),
    path("diarium/<slug:committee>/<slug:number>/", diary.case, name="diary-case"),
    path("anslagstavla/", board.board, name="board"),
    path("anslagstavla/rss.xml", board.feed, name="board-feed"),
    path("anslagstavla/<int:notice_id>/", board.notice, name="board-notice"),
    path("arbetsplats/anslag/", board.posted, name="notices"),
    path("arbetsplats/anslag/nytt/", board.new, name="notice-new"),
    path("arbetsplats/diarium/", desk.desk, name="desk"),
]
