"""The statistics of trials: plain arrays in, frozen results out. Knows neither Django, the clock, the network nor the database.

``terms`` holds the words that all of it shares; every method names its source. Nothing here is random but what a seed draws.
"""
