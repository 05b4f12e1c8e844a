"""OGC SensorThings API 1.1 (18-088) as a plain ASGI application, without Django on the hot path.

``schema`` describes the entities as data; ``lexer``, ``grammar`` and ``options`` turn a URL's text into a tree;
``sql`` turns the tree into SQL with bound values; ``reading``, ``writing`` and ``observing`` do the work.
"""
