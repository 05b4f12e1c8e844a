"""The pages of cases, a module for each kind of reader."""
