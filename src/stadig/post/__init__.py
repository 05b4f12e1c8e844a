"""Messages out: e-mail, text message, a notice on a staff page. It knows the city, and no service."""
