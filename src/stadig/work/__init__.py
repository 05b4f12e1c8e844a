"""Work orders: what is to be done where, by which crew, and what came of it. One list for a driver, whatever the cause."""
