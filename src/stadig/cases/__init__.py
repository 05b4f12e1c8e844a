"""Cases: from what came in to what was decided and filed. Knows no service by name: a case type is data that rooms above hand in.

May touch the ground (city), stored files, messages out and places. Holds the inbox, Mina sidor, the diary and the notice board.
"""
