"""The editor of service packages: what someone changes in the browser is written into the package's own files, and nothing else is.

``document`` edits YAML and JSON text by the place of a value; ``changes`` and its siblings say what an editor does in the words of a
service; both are plain functions over the files, without Django. The verbs in ``actions`` keep an edition with every state it has
been in, so that all can be undone, and publish it when another person than the one who asked has agreed.
"""
