"""Places, streets and driving times: street networks in, distances and map layers out. It knows the city, and no service."""
