"""The room's addresses: the public pages first, then those of staff."""

from __future__ import annotations

from stadig.pilots import desk_urls, month_urls, public_urls

app_name = "pilots"
urlpatterns = [*public_urls.urlpatterns, *desk_urls.urlpatterns, *month_urls.urlpatterns]
