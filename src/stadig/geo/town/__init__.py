"""The generator of Lindhamn: a made-up coastal town, drawn the same way each time from a seed. An engine: no Django."""
