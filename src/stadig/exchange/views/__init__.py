"""The room's pages: by which law agencies are asked, how they are connected, and what a person may read about themselves."""
