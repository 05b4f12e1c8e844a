"""Try small, measure, then scale up or withdraw: a service is tried on a card written beforehand, looked at, decided and closed.

May touch everything beneath it: the services' effects, observations and cases as series of figures, the roll-out and the register.
The statistics lie in a package of their own that knows neither Django nor the database.
"""
