"""What happens to observations on their way in, whatever way they came: HTTP, MQTT or a file."""
