"""E-services: what a resident is asked, in which order, and how it becomes a case. A service is a folder of files, a *package*.

May touch everything beneath it: cases and work orders, files, messages, places, the ground and the frame.
"""
